package cli

import (
	"fmt"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// takingLines say what a step takes from outside: at which state each address is read, and how much it is. Of a step with
// nothing to do only the states are told.
func takingLines(s runner.StepPlan) []string {
	t := s.Taking
	if t == nil {
		return nil
	}
	lines := make([]string, 0, len(t.Pins)+1)
	for _, p := range t.Pins {
		lines = append(lines, strings.TrimSpace(p.From+" "+p.State))
	}
	switch {
	case s.Verdict == runner.Cached:
		return lines
	case len(lines) != 1:
		return append(lines, amountTaken(t))
	}
	return []string{lines[0] + ", " + amountTaken(t)}
}

// amountTaken says how much it is: "20 of 38 shards, 4.9 GB, 512,000 rows".
func amountTaken(t *runner.Taking) string {
	text := fmt.Sprintf("%s of %s, %s", figures.Count(t.Shards), figures.Of(t.Listed, "shard"), figures.Size(t.Bytes))
	if t.Rows >= 0 {
		text += ", " + figures.Of(t.Rows, "row")
	}
	return text
}
