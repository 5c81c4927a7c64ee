package runner

import (
	"fmt"
	"strings"
)

// runMoves tells of runs that were recorded since, or are recorded no more.
func runMoves(s, now *SavedPlan) []Move {
	was, is := s.Plan.Since, now.Plan.Since
	switch {
	case was == nil && is == nil, was != nil && is != nil && was.Number == is.Number && was.Started.Equal(is.Started):
		return nil
	case is == nil:
		return []Move{{Text: fmt.Sprintf("run %d, which it was compared with, is gone", was.Number)}}
	}
	text := fmt.Sprintf("run %d %s", is.Number, whatRunDid(s, is))
	if done := doneSince(s, now); len(done) > 0 {
		verb := "is"
		if len(done) > 1 {
			verb = "are"
		}
		text += fmt.Sprintf(": %s %s done", strings.Join(done, ", "), verb)
	}
	return []Move{{Text: text}}
}

// whatRunDid says what the newest run has to do with a saved plan.
func whatRunDid(s *SavedPlan, run *RunRecord) string {
	switch {
	case run.Saved == "" || run.Saved != s.digest():
		return "was made since"
	case run.Outcome == Complete || run.Outcome == Partial:
		return "carried it out"
	}
	return fmt.Sprintf("began to carry it out, and ended %s", run.Outcome)
}

// doneSince lists the steps that had something to do and have not now.
func doneSince(s, now *SavedPlan) []string {
	var done []string
	for _, step := range s.Plan.Steps {
		if is := now.Plan.step(step.Name); is != nil && step.Verdict != Cached && is.Verdict == Cached {
			done = append(done, "steps."+step.Name)
		}
	}
	return done
}
