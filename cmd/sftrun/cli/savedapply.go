package cli

import (
	"context"
	"errors"
	"fmt"

	"sftrun.local/runner"
)

// promise makes sure that a saved plan still holds, if there is one.
func (p *project) promise(ctx context.Context, r *runner.Runner, s *saved) (*runner.Promise, error) {
	if s == nil {
		return nil, nil
	}
	promise, err := r.Promise(ctx, s.SavedPlan)
	if err != nil {
		return nil, p.outdated(err, s, false)
	}
	if promise.Done > 0 && !p.json {
		p.printf("%s was carried out by run %d.\n", s.name, promise.Done)
	}
	return promise, nil
}

// planner gives the plan that was promised, or without a promise makes one.
func planner(r *runner.Runner, promise *runner.Promise) func(context.Context) (*runner.Plan, error) {
	if promise == nil {
		return r.Plan
	}
	return func(context.Context) (*runner.Plan, error) { return promise.Plan(), nil }
}

// outdated says what has moved since a plan was saved, and what to do. Other errors stay as they are.
func (p *project) outdated(err error, s *saved, begun bool) error {
	var stale *runner.StaleError
	if s == nil || !errors.As(err, &stale) {
		return err
	}
	done := "Nothing was executed."
	if begun {
		done = "It was carried out in part; what was done is kept."
	}
	return fmt.Errorf("%s does not hold any more.  %s  What has moved since it was made:\n%sPlan again: %s",
		s.name, done, p.movesText(stale.Moves), p.again("plan", "-o", s.name))
}
