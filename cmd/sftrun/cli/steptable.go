package cli

import (
	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// stepTable says what became of the rows of each step, and how much of its work was there already.
func stepTable(steps []runner.StepReport) string {
	rows := [][]string{{"", "in", "out", "dropped", "failed", "reused", "new", "cost"}}
	for _, s := range steps {
		rows = append(rows, stepCells(s))
	}
	return figures.Table(rows)
}

func stepCells(s runner.StepReport) []string {
	if !s.Done {
		state := "not done"
		if s.Held {
			state = "held"
		}
		if s.Later {
			state = "pending"
		}
		return append([]string{s.Name, orDash(s.RowsIn), state, "–", "–"}, workCells(s)...)
	}
	t := s.Tally
	return append([]string{s.Name, orDash(t.In), figures.Count(t.Out), orDash(t.Drops()), orDash(t.Failures())}, workCells(s)...)
}

// workCells say how much of a step's work was there, how much was new, and what it cost. Where models were asked that
// is counted in requests, as these are what takes long and is paid for; else in parts.
func workCells(s runner.StepReport) []string {
	if s.Asked+s.Answered > 0 {
		return []string{number(s.Answered, "request"), number(s.Asked, "request"), usdOrDash(s.USD)}
	}
	return []string{number(s.Reused, "part"), number(s.Executed, "part"), usdOrDash(s.USD)}
}

func number(n int, noun string) string {
	if n == 0 {
		return "–"
	}
	return figures.Of(n, noun)
}

func orDash(n int) string {
	if n <= 0 {
		return "–"
	}
	return figures.Count(n)
}

func usdOrDash(usd float64) string {
	if usd == 0 {
		return "–"
	}
	return "$" + figures.USD(usd)
}
