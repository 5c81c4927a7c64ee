package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/cmd/sftrun/cli/spelling"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/ledger"
)

const jobsAbout = `Lists the batch jobs that requests to models were sent in, those that are open and how they stand at the service.

A job is open until its answers are taken in, which apply does. Its requests are not sent again while it is open, by no
machine that shares the store. What to do where that takes a decision:

  in doubt    Nobody knows whether the job was created: the process ended in that moment, or the service did not reply.
              Each apply looks for it. If you see it at the service: jobs adopt NAME. If there is none: jobs forget NAME.
  not shown   The service does not show a job that was created. With another key it might. Or: jobs forget NAME.

Forget sets the requests of a job free: the next apply sends them again, and they may be paid for twice.`

func (a *app) jobsCommand() *cobra.Command {
	all := false
	c := &cobra.Command{
		Use: "jobs", Short: "list batch jobs, cancel, adopt or forget them", Long: jobsAbout, Args: noSuchPart,
		Example: "  sftrun jobs\n  sftrun jobs --all                  those that are done too\n  sftrun jobs show NAME\n  sftrun jobs cancel NAME            what it has answered is kept\n  sftrun jobs adopt NAME batches/ID  the job in doubt is this one\n  sftrun jobs forget NAME",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.jobs(cmd.Context(), cmd, all) },
	}
	c.Flags().BoolVar(&all, "all", false, "those that have ended and were taken in too")
	c.AddCommand(a.jobCommand("show NAME", "show all that is known of a job", exactly(1, "the name of a job"), true, (*project).showJob),
		a.jobCommand("adopt NAME [batches/ID]", "say that a job in doubt exists", oneOrTwo, false, (*project).adoptJob),
		a.jobCommand("cancel NAME", "have the service end a job", exactly(1, "the name of a job"), true, (*project).cancelJob),
		a.jobCommand("forget NAME", "let the requests of a job be sent again", exactly(1, "the name of a job"), false, (*project).forgetJob))
	return c
}

func oneOrTwo(cmd *cobra.Command, args []string) error {
	if len(args) == 1 || len(args) == 2 {
		return nil
	}
	return misuse("%s takes the name of a job, and perhaps the service's name of it  (sftrun help %s)", pathOf(cmd), pathOf(cmd))
}

// jobCommand makes a command about one job. One that is not only for reading locks the project.
func (a *app) jobCommand(use, short string, args cobra.PositionalArgs, reads bool, do func(*project, context.Context, *batch.Gateway, ledger.Job, []string) error) *cobra.Command {
	return &cobra.Command{
		Use: use, Short: short, Args: args, ValidArgsFunction: arguments(),
		RunE: func(cmd *cobra.Command, args []string) error { return a.withJob(cmd.Context(), cmd, args, reads, do) },
	}
}

func (a *app) withJob(ctx context.Context, cmd *cobra.Command, args []string, reads bool, do func(*project, context.Context, *batch.Gateway, ledger.Job, []string) error) error {
	p, err := a.openProject(ctx, cmd, reads)
	if err != nil {
		return err
	}
	defer p.close()
	if !reads {
		using, release, err := p.writing(ctx)
		if err != nil {
			return err
		}
		defer release()
		ctx = using
	}
	g := p.batches()
	job, err := p.findJob(ctx, g, args[0])
	if err != nil {
		return err
	}
	return do(p, ctx, g, job, args[1:])
}

// findJob finds a job by its name, or by the service's name of it.
func (p *project) findJob(ctx context.Context, g *batch.Gateway, name string) (ledger.Job, error) {
	all, err := g.List(ctx)
	if err != nil {
		return ledger.Job{}, err
	}
	var names []string
	for _, j := range all {
		if j.Name == name || j.ID == name && name != "" {
			return j, nil
		}
		names = append(names, j.Name)
	}
	return ledger.Job{}, fmt.Errorf("no batch job %q%s  %s lists them", name, spelling.DidYouMean(name, names), p.again("jobs", "--all"))
}

// A jobView is a job with what the service says of it.
type jobView struct {
	ledger.Job
	Open      bool      `json:"open"`
	CollectBy time.Time `json:"collectBy,omitzero"`
	Now       string    `json:"now"` // how it stands
}

func (a *app) jobs(ctx context.Context, cmd *cobra.Command, all bool) error {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	g := p.batches()
	known, err := g.List(ctx)
	if err != nil {
		return err
	}
	views := []jobView{}
	for _, j := range known {
		if all || j.Open() {
			views = append(views, p.view(ctx, g, j))
		}
	}
	if p.json {
		return p.printJSON(map[string]any{"jobs": views})
	}
	p.print(p.jobsText(views, len(known)))
	return nil
}

func (p *project) view(ctx context.Context, g *batch.Gateway, j ledger.Job) jobView {
	v := jobView{Job: j, Open: j.Open(), CollectBy: j.CollectBy()}
	switch {
	case !j.Forgotten.IsZero():
		v.Now = "forgotten"
		if j.ID == "" {
			v.Now = "never created"
		}
	case !j.Ended.IsZero():
		v.Now = strings.ToLower(j.Outcome.State) + ", taken in"
	default:
		v.Now = p.standing(ctx, g, j)
	}
	return v
}

// standing asks the service how an open job stands.
func (p *project) standing(ctx context.Context, g *batch.Gateway, j ledger.Job) string {
	now, err := g.Look(ctx, j)
	switch {
	case errors.Is(err, model.ErrNoJob) && j.ID == "":
		return "in doubt"
	case errors.Is(err, model.ErrNoJob):
		return "not shown"
	case err != nil:
		return "unknown: " + err.Error()
	}
	word := strings.ToLower(now.Word)
	if now.Requests > 0 && !now.State.Ended() {
		word += fmt.Sprintf(" %s of %s", figures.Count(now.Succeeded+now.Failed), figures.Count(now.Requests))
	}
	return word
}

func (p *project) jobsText(views []jobView, known int) string {
	if len(views) == 0 && known == 0 {
		return "No batch jobs yet.\n"
	}
	if len(views) == 0 {
		return fmt.Sprintf("No open batch jobs.   %s done: %s\n", figures.Count(known), p.again("jobs", "--all"))
	}
	table := [][]string{{"", "step", "requests", "sent", "state", "collect by"}}
	for _, v := range views {
		table = append(table, []string{v.Name, v.Call.Step, figures.Count(v.Requests), clock(v.Intended), v.Now, clock(v.CollectBy)})
	}
	text := figures.Table(table, 1, 3, 4, 5)
	if i := slices.IndexFunc(views, func(v jobView) bool { return v.Open && (v.Now == "in doubt" || v.Now == "not shown") }); i >= 0 {
		text += fmt.Sprintf("\n%s is %s: its requests wait for your decision, see sftrun help jobs.\n", views[i].Name, views[i].Now)
	}
	if slices.ContainsFunc(views, func(v jobView) bool { return v.Open }) {
		text += "\nTo take in what has ended: " + p.again("apply") + "\n"
	}
	return text
}

// clock is a time in a table, "" for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Local().Format("2 Jan 15:04")
}

func (p *project) showJob(ctx context.Context, g *batch.Gateway, j ledger.Job, _ []string) error {
	v := p.view(ctx, g, j)
	if p.json {
		return p.printJSON(v)
	}
	o := j.Outcome
	rows := [][]string{
		{"name", j.Name}, {"at the service", j.ID}, {"state", v.Now}, {"why", j.Why}, {"provider", j.Provider}, {"made by", j.Account}, {"model", j.Call.Model},
		{"step", j.Call.Step}, {"run", j.Call.Run}, {"requests", figures.Count(j.Requests)}, {"sent", clock(j.Intended)}, {"created", clock(j.Created)},
		{"collect by", clock(v.CollectBy)}, {"ended", clock(o.At)}, {"taken in", clock(j.Ended)},
	}
	if !j.Ended.IsZero() {
		rows = append(rows, []string{"answered", figures.Count(o.Answered)}, []string{"refused", figures.Count(o.Refused)}, []string{"without answer", figures.Count(o.Open)},
			[]string{"odd results", oddText(o)}, []string{"trouble", o.Detail}, []string{"cost", dollars(o.USD)})
	}
	p.print(figures.Table(slices.DeleteFunc(rows, func(r []string) bool { return r[1] == "" }), 1, 2))
	return nil
}

// oddText counts results that a sound service would not have given.
func oddText(o ledger.JobOutcome) string {
	if o.Unknown+o.Duplicate+o.Unreadable == 0 {
		return ""
	}
	return fmt.Sprintf("%d under unknown keys, %d there twice, %d unreadable", o.Unknown, o.Duplicate, o.Unreadable)
}

func (p *project) adoptJob(ctx context.Context, g *batch.Gateway, j ledger.Job, rest []string) error {
	id := ""
	if len(rest) > 0 {
		id = rest[0]
	}
	if !j.Ended.IsZero() {
		return fmt.Errorf("batch job %s has ended and is taken in: there is nothing to adopt", j.Name)
	}
	now, err := g.Confirm(ctx, j, id)
	if errors.Is(err, model.ErrNoJob) {
		return fmt.Errorf("the service shows no job %s to this key.  If you see it there: %s", j.Name, p.again("jobs", "adopt", j.Name, "batches/ID"))
	}
	if err != nil {
		return err
	}
	p.printf("%s is %s (%s).  To take in its answers: %s\n", j.Name, now.ID, strings.ToLower(now.Word), p.again("apply"))
	return nil
}

func (p *project) cancelJob(ctx context.Context, g *batch.Gateway, j ledger.Job, _ []string) error {
	if !j.Open() {
		return fmt.Errorf("batch job %s is not open: there is nothing to cancel", j.Name)
	}
	if err := g.Cancel(ctx, j); err != nil {
		return err
	}
	p.printf("%s ends.  What it has answered is paid for; to take that in: %s\n", j.Name, p.again("apply"))
	return nil
}

func (p *project) forgetJob(ctx context.Context, g *batch.Gateway, j ledger.Job, _ []string) error {
	if !j.Open() {
		return fmt.Errorf("batch job %s is not open: there is nothing to forget", j.Name)
	}
	if err := g.GiveUpJob(ctx, j, "forgotten by hand"); err != nil {
		return err
	}
	p.printf("%s is forgotten.  The next apply sends its %s again, as far as they are still asked; if the job did run, they are paid for twice.\n", j.Name, figures.Of(j.Requests, "request"))
	return nil
}
