package cli

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"sftrun.local/runner"
)

func TestARefusalSaysWhetherSomethingWasDone(t *testing.T) {
	p := &project{app: running(t, "apply", "tonight.plan", "--workers", "2")}
	s := &saved{&runner.SavedPlan{}, "tonight.plan"}
	stale := &runner.StaleError{Moves: []runner.Move{{Text: "steps.keep.min: 3 → 4", At: "pipeline.cue:9:45"}}}
	for begun, done := range map[bool]string{false: "Nothing was executed.", true: "It was carried out in part; what was done is kept."} {
		want := "tonight.plan does not hold any more.  " + done + `  What has moved since it was made:
  steps.keep.min: 3 → 4   pipeline.cue:9:45
Plan again: sftrun plan -o tonight.plan --workers 2`
		if got := p.outdated(stale, s, begun).Error(); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
	other := errors.New("no room")
	if got := p.outdated(other, s, true); got != other {
		t.Errorf("another error became %v", got)
	}
}

func TestManyMovesAreCutShort(t *testing.T) {
	var moves []runner.Move
	for i := range shownMoves + 3 {
		moves = append(moves, runner.Move{Text: fmt.Sprintf("data/%d.jsonl is new", i)})
	}
	a := &app{}
	if got := a.movesText(moves); strings.Count(got, "\n") != shownMoves+1 || !strings.HasSuffix(got, "  and 3 more (-v)\n") {
		t.Errorf("%s", got)
	}
	a.verbose = true
	if got := a.movesText(moves); strings.Count(got, "\n") != shownMoves+3 {
		t.Errorf("with -v: %s", got)
	}
}
