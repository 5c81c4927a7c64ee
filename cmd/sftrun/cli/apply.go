package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
)

const applyAbout = `Does what plan says: executes the steps that have to run, asks before money is spent, and publishes the results.

Ctrl-C once ends it well: nothing new is started, and what is under way is finished and kept. Ctrl-C twice ends it at
once. Either way nothing that was done is lost: the next apply goes on from there.`

type applyFlags struct {
	planFlags
	yes    bool
	free   bool
	dryRun bool
}

func (a *app) applyCommand() *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use: "apply", Short: "do what plan says", Long: applyAbout, Args: exactly(0, ""),
		Example: "  sftrun apply\n  sftrun apply --free             all that costs nothing\n  sftrun apply --max-rows 20      a trial of 20 rows\n  sftrun apply --yes              without asking, for scripts",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.apply(cmd.Context(), cmd, f) },
	}
	f.add(c)
	c.Flags().BoolVar(&f.yes, "yes", false, "send paid requests without asking")
	c.Flags().BoolVar(&f.free, "free", false, "run all that costs nothing, and stop before what does")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "the same as sftrun plan")
	return c
}

func (a *app) apply(ctx context.Context, cmd *cobra.Command, f applyFlags) error {
	if f.dryRun {
		return a.plan(ctx, cmd, f.planFlags)
	}
	if err := f.check(); err != nil {
		return err
	}
	p, err := a.openProject(ctx, cmd, false)
	if err != nil {
		return err
	}
	defer p.close()
	lock, err := runner.Acquire(p.state)
	if err != nil {
		return err
	}
	defer lock.Release()
	using, err := runner.ShareStore(p.settings.Store, p.state)
	if err != nil {
		return err
	}
	defer using.Release()
	if err := p.bucket.Sweep(); err != nil {
		return err
	}
	if err := p.admissible(ctx, f); err != nil {
		return err
	}
	return p.run(ctx, f)
}

// run applies, and tells how it ended.
func (p *project) run(ctx context.Context, f applyFlags) error {
	ctx, stop, done := p.interruptible(ctx)
	defer done()
	show := newProgress(p)
	g := &gate{project: p, flags: f, stop: stop, pause: show.pause}
	rep, err := p.runnerFor(f.planFlags).Apply(ctx, runner.ApplyOptions{
		Free: f.free, Confirm: g.confirm, Stop: stop, Progress: show.event,
	})
	show.end()
	if rep == nil {
		return err
	}
	if showErr := p.showReport(ctx, rep); showErr != nil && err == nil {
		return showErr
	}
	return endOf(rep, err)
}

// endOf is the end of an apply as an error, nil if all is done.
func endOf(rep *runner.Report, err error) error {
	switch {
	case errors.Is(err, runner.ErrStopped), errors.Is(err, context.Canceled):
		return &exit{code: exitInterrupted}
	case err != nil:
		return err
	case len(rep.Halts) > 0:
		return &exit{code: exitRefused}
	case rep.Outcome == runner.Held:
		return &exit{code: exitHeld}
	case rep.Outcome == runner.Partial:
		return &exit{code: exitPartial}
	}
	return nil
}
