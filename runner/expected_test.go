package runner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/runner"
)

// A plan of a step that puts questions tells how its rows differ from those that it was last done on, also if other
// runs came in between.
func TestPlanTellsHowTheRowsOfAPaidStepChanged(t *testing.T) {
	tests := []struct {
		name string
		edit func(p *project)
		want []runner.RowChange
	}{
		{"one row more", func(p *project) { p.edit("target: 4", "target: 5") },
			[]runner.RowChange{{Step: "top", Stream: "rows", Added: 1, Since: 1}}},
		{"another row", func(p *project) { p.write("data/b.jsonl", rows(5, 6, 8)) },
			[]runner.RowChange{{Step: "top", Stream: "rows", Added: 1, Removed: 1, Since: 1}}},
		{"a row twice", func(p *project) { p.write("data/b.jsonl", rows(5, 6, 7, 7)) },
			[]runner.RowChange{{Step: "top", Stream: "rows", Added: 1, Removed: 1, Since: 1}}},
		{"another prompt", func(p *project) { p.write("prompt.md", "Say more.") }, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProject(t)
			p.apply()
			test.edit(p)
			p.opt.Target = "top"
			p.apply()
			p.opt.Target = ""
			s := p.plan().Steps[3]
			if d := cmp.Diff(test.want, s.RowChanges); d != "" || s.Name != "ask" || s.Verdict != runner.Run {
				t.Errorf("%s %s: %s", s.Name, s.Verdict, d)
			}
		})
	}
}

// How long an action took is remembered over runs that execute none, so that a plan can tell how long the next will
// take.
func TestPlanExpectsWhatActionsTookBefore(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.edit("target: 4", "target: 5")
	p.apply()
	p.edit("min: 3", "min: 2")
	for _, s := range p.plan().Steps {
		if known := s.Seconds > 0; known != (s.Name == "keep") {
			t.Errorf("%s %s: %v s expected", s.Name, s.Verdict, s.Seconds)
		}
	}
}

// The step before was done since, by a run that left this one out: what that did it for is the reason still.
func TestReasonIsFollowedToTheRunThatAStepWasLastDoneIn(t *testing.T) {
	p := newProject(t)
	p.apply()
	p.edit("target: 4", "target: 5")
	p.opt.Target = "top"
	p.apply()
	p.opt.Target = ""
	s := p.plan().Steps[3]
	if s.Name != "ask" || len(s.Reasons) != 1 || s.Reasons[0].Text != "steps.top.target: 4 → 5" {
		t.Errorf("%s: %v", s.Name, s.Reasons)
	}
}
