package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
)

const planAbout = `Says for each step whether an apply would execute it, and why; on how much; and for how much money.

  cached   all that the step makes is there
  run      some of its parts have to be made
  wait     an earlier step has to run first; what comes out of that may turn out to be what is there already

A plan changes nothing and sends nothing. It works while an apply is under way.

With -o it is saved as well, for "sftrun apply FILE", bound to all that it rests on: the pipeline's values, prompts,
input files, published files, what is in the store, answers and prices, the last run, the version of sftrun. The file
holds these values, and of files only digests; no API key. It holds on this machine and not for long, so keep it out of
version control: the .gitignore of sftrun init leaves out *.plan.`

type planFlags struct {
	target       string
	maxRows      int
	retryFailed  bool
	force        bool
	detailedExit bool
	save         string
}

func (a *app) planCommand() *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use: "plan", Short: "say what an apply would do, why, and what it would cost", Long: planAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun plan\n  sftrun plan --target filter\n  sftrun plan --variant midlength\n  sftrun plan --json --detailed-exitcode\n  sftrun plan -o tonight.plan        then   sftrun apply tonight.plan",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.plan(cmd.Context(), cmd, f) },
	}
	f.add(c)
	c.Flags().BoolVar(&f.detailedExit, "detailed-exitcode", false, "exit with 2 if an apply would do something")
	c.Flags().StringVarP(&f.save, "save", "o", "", "save the plan in this file, for sftrun apply FILE")
	return c
}

// add adds the flags that plan and apply share.
func (f *planFlags) add(c *cobra.Command) {
	c.Flags().StringVar(&f.target, "target", "", "this step only, with those that it needs")
	c.Flags().IntVar(&f.maxRows, "max-rows", 0, "a trial: only the first N rows of each step that asks a model (0 = all)")
	c.Flags().BoolVar(&f.retryFailed, "retry-failed", false, "try rows again that are settled as failed")
	c.Flags().BoolVar(&f.force, "force", false, "overwrite published files that were changed by hand")
}

// check refuses values that cannot be meant.
func (f *planFlags) check() error {
	if f.maxRows < 0 {
		return misuse("--max-rows %d: give the number of rows to try, or leave it out for all", f.maxRows)
	}
	return nil
}

func (p *project) runnerFor(f planFlags) *runner.Runner {
	o := p.options()
	o.Target, o.MaxRows, o.RetryFailed, o.Force = f.target, f.maxRows, f.retryFailed, f.force
	return runner.New(o)
}

func (a *app) plan(ctx context.Context, cmd *cobra.Command, f planFlags) error {
	if err := f.check(); err != nil {
		return err
	}
	if err := a.checkSave(f.save); err != nil {
		return err
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	if err := p.checkModels(); err != nil {
		return err
	}
	plan, err := p.planned(ctx, f)
	if err != nil {
		return err
	}
	if err := p.showPlan(ctx, plan, f); err != nil {
		return err
	}
	if f.detailedExit && plan.Changes() {
		return &exit{code: exitChanges}
	}
	return nil
}

func (p *project) showPlan(ctx context.Context, plan *runner.Plan, f planFlags) error {
	held, err := p.heldFor(ctx, plan)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(plan)
	}
	t := newPlanText(p, plan)
	t.held = held > 0
	t.flags, t.applying = f, p.applying(ctx)
	p.print(t.text() + t.savedLine())
	p.warn(plan.Warnings)
	return nil
}

// heldFor counts the answers in the store, if the plan may need any, and warns if another store holds them.
func (p *project) heldFor(ctx context.Context, plan *runner.Plan) (int, error) {
	if asks, _ := mayAsk(plan); !asks {
		return 0, nil
	}
	if _, err := p.warnOfForsaken(ctx); err != nil {
		return 0, err
	}
	return p.gateway.Holds(ctx)
}

// warn says on standard error what is odd about the pipeline, and no error.
func (a *app) warn(warnings []string) {
	for _, w := range warnings {
		fmt.Fprintln(a.Err, "warning:", w)
	}
}
