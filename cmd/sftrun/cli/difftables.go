package cli

import (
	"fmt"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/cmd/sftrun/cli/figures"
)

// rowSection tells how the rows of each step relate.
func rowSection(r *diffReport) section {
	s := section{title: "Rows", table: [][]string{{"", "A", "B", "same", "changed", "only A", "only B", ""}}, left: []int{7}}
	for _, step := range r.Steps {
		cells := []string{step.Name, rowsOf(step.A), rowsOf(step.B), "–", "–", "–", "–", ""}
		if n := step.Rows; n != nil {
			cells = []string{step.Name, figures.Count(n.A), figures.Count(n.B), orDash(n.Same), orDash(n.Changed), orDash(n.OnlyA), orDash(n.OnlyB), ""}
		}
		switch {
		case step.Rearranged:
			cells[7] = "the same rows, in another order or other parts"
		case step.Same:
			cells[7] = "no difference"
		}
		s.table = append(s.table, cells)
	}
	return s
}

func rowsOf(m *diffMade) string {
	if m == nil {
		return "–"
	}
	return figures.Count(m.Out)
}

// tokenSection tells how long the think blocks are.
func tokenSection(r *diffReport) section {
	s := section{title: "Tokens in the think blocks of a row (" + r.Encoding + ")", table: [][]string{{"", "", "p5", "p25", "p50", "p75", "p95", "max"}}, left: []int{1}}
	for _, step := range r.Steps {
		a, b := spreadOf(step.A), spreadOf(step.B)
		switch {
		case a != nil && b != nil && *a == *b:
			s.table = append(s.table, spreadCells(step.Name, "A, B", a))
		case a != nil && b != nil:
			s.table = append(s.table, spreadCells(step.Name, "A", a), spreadCells("", "B", b))
		case a != nil:
			s.table = append(s.table, spreadCells(step.Name, "A", a))
		case b != nil:
			s.table = append(s.table, spreadCells(step.Name, "B", b))
		}
	}
	return s
}

func spreadOf(m *diffMade) *compare.Spread {
	if m == nil {
		return nil
	}
	return m.Tokens
}

func spreadCells(name, side string, s *compare.Spread) []string {
	cells := []string{name, side}
	for _, n := range []int{s.P5, s.P25, s.P50, s.P75, s.P95, s.Max} {
		cells = append(cells, figures.Count(n))
	}
	return cells
}

// keptSection tells how much of the originals was kept.
func keptSection(r *diffReport) section {
	s := section{title: "Words kept from the originals", table: [][]string{{"", "", "rows", "median", "lowest", ""}}, left: []int{1, 5}}
	for _, step := range r.Steps {
		for _, side := range []struct {
			name string
			kept *diffKept
		}{{"A", orNone(step.A).Kept}, {"B", orNone(step.B).Kept}} {
			if k := side.kept; k != nil {
				s.table = append(s.table, []string{step.Name, side.name, figures.Count(k.Rows), percent(k.Median), percent(k.Lowest), oneLine(k.LowestID)})
			}
		}
	}
	return s
}

func percent(share float64) string { return fmt.Sprintf("%.1f %%", 100*share) }

// costSection tells what was asked, and what it cost.
func costSection(r *diffReport) section {
	s := section{title: "Requests and cost", table: [][]string{{"", "", "sent", "answered before", "spent in the run", "cost of these rows"}}, left: []int{1}}
	for _, step := range r.Steps {
		for _, side := range []struct {
			name string
			made diffMade
		}{{"A", orNone(step.A)}, {"B", orNone(step.B)}} {
			m := side.made
			if m.Sent+m.Answered == 0 && m.Cost == nil {
				continue
			}
			cost := "–"
			if m.Cost != nil {
				cost = "$" + figures.USD(*m.Cost)
			}
			s.table = append(s.table, []string{step.Name, side.name, orDash(m.Sent), orDash(m.Answered), usdOrDash(m.USD), cost})
		}
	}
	return s
}
