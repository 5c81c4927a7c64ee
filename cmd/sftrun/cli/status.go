package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

const statusAbout = `Shows what the last apply did with each step, the runs before it, and what was spent. For what the next apply would
do, see plan. It works while an apply is under way.`

// shownRuns is the number of past runs that are listed without -v.
const shownRuns = 5

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "show what was done so far", Long: statusAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun status\n  sftrun status -v          all runs\n  sftrun status --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), cmd) },
	}
}

func (a *app) status(ctx context.Context, cmd *cobra.Command) error {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	runs, err := p.runnerFor(planFlags{}).History(ctx)
	if err != nil {
		return err
	}
	_, spent, err := p.gateway.Spent(ctx, "")
	if err != nil {
		return err
	}
	imported, elsewhere, err := p.gateway.Elsewhere(ctx)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(map[string]any{
			"pipeline": p.pipeline.Name, "variant": p.variant, "applying": p.applying(ctx), "runs": append([]runner.RunRecord{}, runs...),
			"spentUSD": spent, "imported": imported, "importedUSD": elsewhere,
		})
	}
	p.print(p.statusText(ctx, runs, spent) + importedText(imported, elsewhere))
	return nil
}

func (p *project) statusText(ctx context.Context, runs []runner.RunRecord, spent float64) string {
	text := p.pipeline.Name + "   " + p.sources() + "\n"
	last := p.lastRun(runs)
	if now := p.applying(ctx); now != "" {
		text += "\n" + now + "\n"
	}
	if last == nil {
		return text + "\nNo run yet.  What an apply would do: " + p.again("plan") + "\n"
	}
	var done []runner.StepReport
	for _, s := range last.Steps {
		done = append(done, s.StepReport)
	}
	text += "\nLast run:\n" + figures.Table([][]string{p.runCells(*last)}, 1, 2, 3, 4, 5) + "\n" + stepTable(done) + p.remarks(*last)
	if len(runs) > 1 {
		text += "\nRuns:\n" + p.runTable(runs)
	}
	if spent > 0 {
		text += "\nSpent $" + figures.USD(spent) + " in this project.\n"
	}
	return text
}

// remarks are what a run said of its steps, and why it ended early.
func (p *project) remarks(run runner.RunRecord) string {
	text := ""
	for _, s := range run.Steps {
		if s.Tally.Halt != "" {
			text += fmt.Sprintf("\nsteps.%s: %s\n", s.Name, s.Tally.Halt)
		}
		if found := findings(s.Tally); found != "" && s.Done {
			text += fmt.Sprintf("\n  %s: %s\n", s.Name, found)
		}
		if counted := allFigures(s.Tally, "    ", 0); p.verbose && counted != "" {
			text += fmt.Sprintf("\n  %s\n%s", s.Name, counted)
		}
	}
	if run.Problem != "" {
		text += "\n" + run.Problem + "\n"
	}
	return text
}

// lastRun is the newest run of the variant; of a pipeline without any, that of the name it may have had before.
func (p *project) lastRun(runs []runner.RunRecord) *runner.RunRecord {
	var other *runner.RunRecord
	for i := len(runs) - 1; i >= 0; i-- {
		switch {
		case runs[i].Variant != p.variant:
		case runs[i].Pipeline == p.pipeline.Name:
			return &runs[i]
		case other == nil:
			other = &runs[i]
		}
	}
	return other
}

// runTable lists runs, the newest first.
func (p *project) runTable(runs []runner.RunRecord) string {
	var rows [][]string
	for i := len(runs) - 1; i >= 0 && (p.verbose || len(rows) < shownRuns); i-- {
		rows = append(rows, p.runCells(runs[i]))
	}
	return figures.Table(rows, 1, 2, 3, 4, 5)
}

func (p *project) runCells(r runner.RunRecord) []string {
	git := ""
	if r.Git != "" {
		git = "git " + r.Git
	}
	of := r.Variant
	if r.Pipeline != p.pipeline.Name {
		of = strings.TrimSpace("of " + r.Pipeline + " " + r.Variant)
	}
	return []string{
		strings.TrimSpace(fmt.Sprintf("run %d %s", r.Number, of)), figures.Day(r.Started.Local(), time.Now()),
		endOfRun(r), figures.Span(r.Ended.Sub(r.Started)), git,
	}
}

// endOfRun says how a run ended: held by whom.
func endOfRun(r runner.RunRecord) string {
	if r.Outcome == runner.Held && slices.ContainsFunc(r.Steps, func(s runner.RunStep) bool { return s.Tally.Halt != "" }) {
		return "stopped by a check"
	}
	return string(r.Outcome)
}
