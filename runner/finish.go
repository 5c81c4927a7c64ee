package runner

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/fault"
)

// What an apply tells while it goes on, and what it records at its end.

// tell passes an event on. Only the owner calls it.
func (a *apply) tell(e Event) {
	if a.opt.Progress != nil {
		a.opt.Progress(e)
	}
}

// later has the owner pass an event on.
func (a *apply) later(e Event) {
	select {
	case a.events <- e:
	case <-a.work.Done():
	}
}

// newRun begins the record of a run.
func (a *apply) newRun() RunRecord {
	o := a.Runner.opt
	return RunRecord{
		Pipeline: o.Pipeline.Name, Variant: o.Variant, Digest: o.Pipeline.Digest, Tags: o.Pipeline.Tags,
		Git: o.Git, Tool: o.Tool, Saved: a.opt.Promise.digest(), Started: time.Now().UTC(),
	}
}

// finish records what was done, also after an error.
func (a *apply) finish(ctx context.Context) (*Report, error) {
	keep := context.WithoutCancel(ctx)
	rep := &Report{Halts: a.halted, Outcome: a.outcome()}
	for _, st := range a.stages {
		p := a.states[st]
		rep.Steps = append(rep.Steps, p.StepReport)
		rep.Changed = rep.Changed || p.Executed > 0 || p.wrote || p.Asked > 0 || p.USD > 0
		if publishes(st) && p.current {
			rep.Files = append(rep.Files, a.shown(a.target(st)))
		}
		if p.kept != nil {
			rep.Kept = append(rep.Kept, *p.kept)
		}
	}
	err := a.err
	a.run.Outcome, a.run.Ended = rep.Outcome, time.Now().UTC()
	if err != nil {
		a.run.Problem = err.Error()
	}
	var damaged *store.Damaged
	if errors.As(err, &damaged) {
		return rep, err // Apply starts over
	}
	if rep.Changed || err == nil && (a.differs() || a.lost(keep)) {
		err = both(err, a.record(keep))
	}
	if err == nil || rep.Changed {
		rep.Changed = rep.Changed || !a.stateSound()
		err = both(err, a.publishState())
	}
	err = both(err, a.saveMemo())
	rep.Run = a.run
	return rep, err
}

// An UnkeptError says that an apply ended with an error, and that then not even all that it did could be recorded.
type UnkeptError struct {
	Cause error // of the end
	End   error // what could not be recorded
}

func (e *UnkeptError) Error() string   { return fmt.Sprintf("%v.  Then also: %v", e.Cause, e.End) }
func (e *UnkeptError) Unwrap() []error { return []error{e.Cause, e.End} }

// both joins the error of an apply with one of its end.
func both(err, end error) error {
	if err == nil || end == nil {
		return cmp.Or(err, end)
	}
	return &UnkeptError{err, end}
}

// record keeps the run.
func (a *apply) record(ctx context.Context) error {
	if _, err := a.Runner.opt.Store.Put(ctx, a.Runner.opt.Pipeline.Value); err != nil {
		return fmt.Errorf("record the pipeline: %w", err)
	}
	for _, st := range a.stages {
		step, err := a.runStep(ctx, st)
		if err != nil {
			return err
		}
		a.run.Steps = append(a.run.Steps, step)
	}
	a.run.Steps = append(a.run.Steps, a.untouched()...)
	fault.Point("run: described")
	if err := saveRun(ctx, a.Runner.opt.Store, &a.run); err != nil {
		return fmt.Errorf("record the run: %w", err)
	}
	fault.Point("run: recorded")
	return nil
}

// differs tells whether there is something to remember though nothing was done: what a later plan compares with.
func (a *apply) differs() bool {
	last := a.since.run
	if last == nil || a.since.ofBase || last.Digest != a.run.Digest || last.Outcome != a.run.Outcome {
		return true
	}
	return slices.ContainsFunc(a.stages, func(st *stage) bool {
		was := a.since.step(st.node.spec.Name)
		return was == nil || !st.trial && !st.behindTrial && was.Symbol != st.symbol
	})
}

// runStep tells what the run knows of a step. What a step rested on is carried over from earlier runs as long as it
// was not done again in full.
func (a *apply) runStep(ctx context.Context, st *stage) (RunStep, error) {
	p := a.states[st]
	step := RunStep{StepReport: p.StepReport, Symbol: st.symbol, Pins: st.pins, Pace: a.pace(st, p)}
	if !p.ended || st.trial || st.behindTrial {
		if was, _ := a.before(st, a.since, a.stages); was != nil {
			step.Detail, step.Since = was.Detail, was.Since
		}
		return step, nil
	}
	digest, err := a.Runner.opt.Store.Put(ctx, steps.Encode(detailOf(st)))
	step.Detail = digest
	return step, err
}

// pace measures it if the step executed actions, and otherwise carries over what was measured before.
func (a *apply) pace(st *stage, p *progress) float64 {
	if p.Executed > 0 && p.ended && !st.node.kind.Asks {
		return p.Seconds / float64(p.Executed)
	}
	if was, _ := a.before(st, a.since, a.stages); was != nil {
		return was.Pace
	}
	return 0
}

// untouched lists steps of the pipeline that this apply left out on account of its target.
func (a *apply) untouched() []RunStep {
	var all []RunStep
	for _, s := range a.Runner.opt.Pipeline.Steps {
		if byName(a.stages, s.Name) != nil {
			continue
		}
		left := RunStep{StepReport: StepReport{Name: s.Name, Kind: s.Kind}}
		if was := a.since.step(s.Name); was != nil {
			left.Done, left.Partial, left.Tally = was.Done, was.Partial, was.Tally
			left.Symbol, left.Detail, left.Since, left.Pins, left.Pace = was.Symbol, was.Detail, was.Since, was.Pins, was.Pace
		}
		all = append(all, left)
	}
	return all
}

func (a *apply) outcome() Outcome {
	switch {
	case errors.Is(a.err, ErrStopped) || errors.Is(a.err, context.Canceled):
		return Stopped
	case a.err != nil:
		return Failed
	}
	outcome := Complete
	for _, st := range a.stages {
		p := a.states[st]
		if !p.ended || st.data.Halt != "" {
			return Held
		}
		if p.Partial {
			outcome = Partial
		}
	}
	return outcome
}
