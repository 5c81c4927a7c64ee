package cli

import (
	"context"
	"errors"
	"path/filepath"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/spool"
	"sftrun.local/runner/store/blob"
	"sftrun.local/runner/store/lease"
)

const applyAbout = `Does what plan says: executes the steps that have to run, asks before money is spent, and publishes the results.

Ctrl-C once ends it well: nothing new is started, and what is under way is finished and kept. Ctrl-C twice ends it at
once. Either way nothing that was done is lost: the next apply goes on from there.

With FILE, a plan saved by "sftrun plan -o FILE", it does that plan or nothing: if anything that the plan rests on has
moved, it says what, and executes nothing. Variant, tags, target and the like come from the file.

  promised       A step called run executes the parts that were planned, a step called cached none. A step that the
                 plan priced sends no more requests than it said, and none that are dearer, unless you agree to it
                 when asked; --yes does not.
  not promised   What a step called wait will have to do, as that depends on what comes out before it. More requests
                 than the plan said it may have are asked about; --yes agrees to them, within costPerApply.

A saved plan agrees to no cost by itself: you are asked as ever. One that was carried out, or begun, is not carried out
again.`

type applyFlags struct {
	planFlags
	yes    bool
	free   bool
	dryRun bool

	noWait   bool
	jobs     []string
	rehearse bool
}

func (a *app) applyCommand() *cobra.Command {
	var f applyFlags
	c := &cobra.Command{
		Use: "apply [FILE]", Short: "do what plan says", Long: applyAbout, Args: atMostOne("the file of a saved plan"),
		Example: "  sftrun apply\n  sftrun apply --free             all that costs nothing\n  sftrun apply --max-rows 20      a trial of 20 rows\n  sftrun apply --yes              without asking, for scripts\n  sftrun apply --rehearse         all of it against an emulator, for nothing\n  sftrun apply tonight.plan       just what sftrun plan -o tonight.plan said",
		RunE: func(cmd *cobra.Command, args []string) error {
			var s *saved
			if len(args) > 0 {
				var err error
				if s, err = a.openSaved(cmd, args[0]); err != nil {
					return err
				}
			}
			return a.apply(cmd.Context(), cmd, f, s)
		},
	}
	f.add(c)
	c.Flags().BoolVar(&f.yes, "yes", false, "send paid requests without asking")
	c.Flags().BoolVar(&f.free, "free", false, "run all that costs nothing, and stop before what does")
	c.Flags().BoolVar(&f.noWait, "no-wait", false, "submit batch jobs, take in those that have ended, and leave")
	c.Flags().StringArrayVar(&f.jobs, "batch-job", nil, "take over the batch job batches/ID that was made elsewhere; may be repeated")
	c.Flags().BoolVar(&f.rehearse, "rehearse", false, "ask an emulator of Google's services on this machine, for nothing; all that it makes is kept apart")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "the same as sftrun plan")
	return c
}

func (a *app) apply(ctx context.Context, cmd *cobra.Command, f applyFlags, s *saved) error {
	if f.dryRun && s != nil {
		return misuse("--dry-run does not go with a saved plan.  To look at it: %s", a.onSaved("show-plan", s.name))
	}
	if f.rehearse && (s != nil || f.dryRun) {
		return misuse("--rehearse goes with neither a saved plan nor --dry-run: a rehearsal is an apply of its own")
	}
	if f.dryRun {
		return a.plan(ctx, cmd, f.planFlags)
	}
	if err := f.check(); err != nil {
		return err
	}
	if f.rehearse {
		return a.rehearse(ctx, cmd, f)
	}
	return a.applyIn(ctx, cmd, f, s)
}

// applyIn applies in the project that the flags name.
func (a *app) applyIn(ctx context.Context, cmd *cobra.Command, f applyFlags, s *saved) error {
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
	using, release, err := p.useStore(ctx)
	if err != nil {
		return err
	}
	defer release()
	return whyEnded(using, p.apply(using, f, s))
}

// apply checks that it can be begun, and runs. The project is locked.
func (p *project) apply(ctx context.Context, f applyFlags, s *saved) error {
	p.noWait, p.adopt = f.noWait, f.jobs
	r := p.runnerFor(f.planFlags)
	promise, err := p.promise(ctx, r, s)
	if err != nil {
		return err
	}
	if err := p.sweep(ctx); err != nil {
		return err
	}
	for _, folder := range []string{spoolFolder, batchFolder} {
		if err := spool.Sweep(filepath.Join(p.state, folder)); err != nil {
			return err
		}
	}
	p.warn(p.pipeline.Warnings)
	if err := p.checkModels(); err != nil {
		return err
	}
	if err := p.noteStore(); err != nil {
		return err
	}
	if err := p.admissible(ctx, f, planner(r, promise)); err != nil {
		return err
	}
	return p.run(ctx, f, r, s, promise)
}

// whyEnded is the error of what ended because the right to work with the store was lost: why it was, which the error may
// not tell.
func whyEnded(using context.Context, err error) error {
	var lost *lease.LostError
	var outage *blob.OutageError
	switch {
	case err == nil || !errors.As(context.Cause(using), &lost):
		return err
	case errors.As(err, &outage) || errors.As(lost, &outage):
		return outage
	}
	return lost
}

// run applies, and tells how it ended.
func (p *project) run(ctx context.Context, f applyFlags, r *runner.Runner, s *saved, promise *runner.Promise) error {
	other, err := p.warnOfForsaken(ctx)
	if err != nil {
		return err
	}
	show := newProgress(p)
	p.pause = show.pause
	ctx, stop, done := p.interruptible(ctx, show.pause)
	defer done()
	g := &gate{project: p, flags: f, stop: stop, pause: show.pause, stated: statedBy(s), forsaken: other != nil}
	rep, err := r.Apply(ctx, runner.ApplyOptions{
		Free: f.free, Confirm: g.confirm, Stop: stop, Progress: show.event, Promise: promise,
	})
	show.end()
	err = p.overBudget(p.outdated(err, s, rep != nil && rep.Changed))
	if rep == nil {
		return err
	}
	showErr := p.showReport(ctx, rep)
	if showErr == nil {
		showErr = p.tellOpenJobs(context.WithoutCancel(ctx), err == nil)
	}
	if showErr != nil && err == nil {
		return showErr
	}
	return endOf(rep, err)
}

// endOf is the end of an apply as an error, nil if all is done.
func endOf(rep *runner.Report, err error) error {
	var unkept *runner.UnkeptError
	switch {
	case ExitCode(err) == exitInterrupted && errors.As(err, &unkept):
		return &exit{exitInterrupted, unkept.Error()}
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
