package cli

import (
	"testing"

	"sftrun.local/runner"
)

func TestFindingsAreToldOnce(t *testing.T) {
	figures := map[string]map[string]int{
		"validity": {"valid": 21, "invalid": 300},
		"issues":   {"no_paired_sections": 300, "invalid_think_block_count": 1},
	}
	for _, c := range []struct {
		what  string
		tally runner.Tally
		want  string
	}{
		{"handed on", runner.Tally{Figures: figures}, "300 of 321 rows invalid: 300 no_paired_sections, 1 invalid_think_block_count"},
		{"dropped", runner.Tally{Figures: figures, Dropped: map[string]int{"no_paired_sections": 300}}, ""},
		{"stopped", runner.Tally{Figures: figures, Halt: "300 of 321 rows are invalid"}, ""},
		{"all valid", runner.Tally{Figures: map[string]map[string]int{"validity": {"valid": 21}}}, ""},
		{"issues alone", runner.Tally{Figures: map[string]map[string]int{"issues": {"odd": 2}}}, "issues: 2 odd"},
	} {
		if got := findings(c.tally); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
}

func TestFiguresAreListedByGroup(t *testing.T) {
	tally := runner.Tally{Figures: map[string]map[string]int{
		"rows by stratum": {"math": 1200, "code": 800, "chat": 3},
		"ids":             {"missing": 0},
	}}
	if got, want := allFigures(tally, "  ", 0), "  rows by stratum: 1,200 math, 800 code, 3 chat\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := allFigures(tally, "  ", 2), "  rows by stratum: 1,200 math, 800 code, 1 more (-v)\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
