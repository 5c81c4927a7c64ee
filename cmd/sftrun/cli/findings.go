package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// The groups of figures in which a step tells how many rows are valid, and which issues it found. A step of any kind
// that keeps them has its findings shown after every apply.
const (
	validity = "validity"
	issues   = "issues"
)

// shownFigures is the number of figures of a group that are listed without -v.
const shownFigures = 30

// findings says what a step found wrong with rows that it handed on all the same, "" for nothing. What it left out, or
// stopped at, is told elsewhere.
func findings(t runner.Tally) string {
	found, invalid := t.Figures[issues], invalidRows(t)
	if len(found) == 0 || t.Halt != "" || invalid > 0 && invalid <= t.Drops() {
		return ""
	}
	if invalid == 0 {
		return "issues: " + tallied(found)
	}
	return fmt.Sprintf("%s of %s invalid: %s", figures.Count(invalid), figures.Of(invalid+t.Figures[validity]["valid"], "row"), tallied(found))
}

func invalidRows(t runner.Tally) int { return t.Figures[validity]["invalid"] }

// allFigures lists the figures of a step, a group a line, each line after an indent; most are of a group, 0 for all.
func allFigures(t runner.Tally, indent string, most int) string {
	var b strings.Builder
	for _, group := range slices.Sorted(maps.Keys(t.Figures)) {
		if sum := sumOf(t.Figures[group]); sum > 0 {
			b.WriteString(wrapped(group+": "+talliedUpTo(t.Figures[group], most), indent, widthOfRow))
		}
	}
	return b.String()
}

func sumOf(counts map[string]int) int {
	n := 0
	for _, c := range counts {
		n += c
	}
	return n
}
