package providers

import (
	"context"
	"errors"
	"fmt"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A telling client tells of the first request that was given up for each reason, as the reports only count them.
type telling struct {
	set  *Set
	next model.Client
}

// Generate implements model.Client.
func (t telling) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	answer, from, err := t.next.Generate(ctx, r)
	var refusal *steps.Refusal
	if errors.As(err, &refusal) && refusal.Transient && t.set.first(r.Model.Name+" "+refusal.Reason) {
		t.set.opt.Tell(fmt.Sprintf("model %s: a request was given up for now: %v", r.Model.Name, refusal))
	}
	return answer, from, err
}

// first tells whether something is to be told, once.
func (s *Set) first(what string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.opt.Tell == nil || s.told[what] {
		return false
	}
	s.told[what] = true
	return true
}
