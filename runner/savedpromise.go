package runner

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"sftrun.local/steps"
)

// A StaleError says that a saved plan does not hold any more.
type StaleError struct {
	Moves []Move // what has moved, at least one
}

func (e *StaleError) Error() string {
	texts := make([]string, len(e.Moves))
	for i, m := range e.Moves {
		texts[i] = m.Text
	}
	return "the saved plan does not hold any more: " + strings.Join(texts, "; ")
}

// A Promise is a saved plan that was found to hold, for an apply to keep to.
//
// It promises: every action of a step that the plan calls `run` is one that the plan has, and a step that it calls
// cached executes none; a step that it calls `wait` is what it was, with the same config, kind and declared files.
// It does not promise what comes of actions, and so nothing of what a waiting step will have to do.
type Promise struct {
	saved  *SavedPlan
	mended bool // what had been damaged, as the plan tells, was taken out of the store
	Done   int  // number of the run that carried the plan out, so that nothing is left to do; 0 if none has
}

// Promise plans anew, and makes sure that it comes to the saved plan and rests on the same things. No other apply may be
// under way from before the call until the apply that the promise is for has ended. The error is a *StaleError if
// something has moved. A plan that was carried out by the last run, and leaves nothing to do, holds.
func (r *Runner) Promise(ctx context.Context, s *SavedPlan) (*Promise, error) {
	now, moves, err := r.rebind(ctx, s)
	if err != nil {
		return nil, err
	}
	if since := now.Plan.Since; since != nil && since.Saved == s.digest() && !now.Plan.Changes() && len(r.causes(s, now)) == 0 {
		return &Promise{saved: now, Done: since.Number}, nil
	}
	if len(moves) > 0 {
		return nil, &StaleError{moves}
	}
	return &Promise{saved: s}, nil
}

// Plan is what the promise is to do: nothing more if it was done.
func (p *Promise) Plan() *Plan { return p.saved.Plan }

// rebind makes the plan of a saved one anew, and tells what has moved between them.
func (r *Runner) rebind(ctx context.Context, s *SavedPlan) (*SavedPlan, []Move, error) {
	own := s.Options
	own.Tags, own.Output, own.Store = nil, "", ""
	if !bytes.Equal(steps.Encode(own), steps.Encode(r.savedOptions())) {
		return nil, nil, errors.New("the saved plan was made with other options than this apply")
	}
	now, err := r.Bind(ctx)
	if err != nil {
		return nil, nil, err
	}
	return now, r.compareSaved(s, now), nil
}

// digest of the saved plan, for the run record; "" without one.
func (p *Promise) digest() string {
	if p == nil || p.Done > 0 {
		return ""
	}
	return p.saved.digest()
}

// begins makes sure, before any work, that the steps are those of the plan.
func (p *Promise) begins(stages []*stage) error {
	if p == nil {
		return nil
	}
	for _, st := range stages {
		if b := p.saved.step(st.node.spec.Name); b == nil || b.Digest != st.node.digest() {
			return &StaleError{[]Move{{Text: fmt.Sprintf("steps.%s: its config or a file that it declares changed just now", st.node.spec.Name)}}}
		}
	}
	return nil
}

// covers makes sure, when a stage was resolved and before anything of it is executed, that it has nothing to do that
// the plan does not have.
func (p *Promise) covers(st *stage) error {
	if p == nil {
		return nil
	}
	b := p.saved.step(st.node.spec.Name)
	if b.Symbol == "" {
		return nil // it waited
	}
	if b.Symbol != st.symbol {
		return late(st, "what it works on changed just now")
	}
	if st.data != nil || p.mended {
		return nil
	}
	if missingFrom(b.Run, symbols(st.pending())) > 0 {
		return late(st, "what it had made is missing from the store")
	}
	return nil
}

func late(st *stage, what string) error {
	return &StaleError{[]Move{{Text: fmt.Sprintf("steps.%s: %s.  Nothing of it was executed", st.node.spec.Name, what)}}}
}

// mend agrees to make a damaged object again, if the plan tells of it.
func (p *Promise) mend(object string) error {
	if p == nil {
		return nil
	}
	told := slices.ContainsFunc(p.saved.Plan.Steps, func(s StepPlan) bool { return s.Damaged == object }) ||
		slices.ContainsFunc(p.saved.Plan.Publish, func(f Publish) bool { return f.File == object })
	if !told {
		return &StaleError{[]Move{{Text: fmt.Sprintf("store: %s was damaged and is taken out; what it held has to be made again, which the plan does not have", object)}}}
	}
	p.mended = true
	return nil
}
