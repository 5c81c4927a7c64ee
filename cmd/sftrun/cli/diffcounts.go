package cli

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
)

// reasonSection tells for what reasons rows were not handed on.
func reasonSection(r *diffReport) section {
	s := section{title: "Rows left out", table: [][]string{{"", "", "A", "B", "B − A"}}, left: []int{1}}
	for _, step := range r.Steps {
		a, b := orNone(step.A), orNone(step.B)
		s.table = append(s.table, countRows(step.Name, "dropped: ", a.Dropped, b.Dropped, true, 0)...)
		s.table = append(s.table, countRows(step.Name, "failed: ", a.Failed, b.Failed, true, 0)...)
	}
	return s
}

func orNone(m *diffMade) diffMade {
	if m == nil {
		return diffMade{}
	}
	return *m
}

// countRows compares counts by name, those that differ most first; all of them, or those that differ; at most most, 0
// for any number.
func countRows(step, prefix string, a, b map[string]int, all bool, most int) [][]string {
	names := maps.Clone(a)
	if names == nil {
		names = map[string]int{}
	}
	maps.Copy(names, b)
	order := slices.SortedFunc(maps.Keys(names), func(x, y string) int {
		if by := abs(b[y]-a[y]) - abs(b[x]-a[x]); by != 0 {
			return by
		}
		return strings.Compare(x, y)
	})
	var rows [][]string
	for i, name := range order {
		if a[name] == b[name] && (!all || a[name] == 0) {
			continue
		}
		if most > 0 && i == most {
			return append(rows, []string{step, prefix + fmt.Sprintf("%s more (-v)", figures.Count(len(order)-most)), "", "", ""})
		}
		rows = append(rows, []string{step, prefix + strings.Map(printable, name), orDash(a[name]), orDash(b[name]), signed(b[name] - a[name])})
	}
	return rows
}

func abs(n int) int { return max(n, -n) }

func signed(n int) string {
	switch {
	case n > 0:
		return "+" + figures.Count(n)
	case n < 0:
		return "−" + figures.Count(-n)
	}
	return "–"
}

// shownDifferences is the number of figures of a group that are compared without -v.
const shownDifferences = 10

// countSection compares what steps counted: validity and issues always, else what differs.
func countSection(r *diffReport, verbose bool) section {
	s := section{title: "Counted by the steps", table: [][]string{{"", "", "A", "B", "B − A"}}, left: []int{1}}
	most := shownDifferences
	if verbose {
		most = 0
	}
	for _, step := range r.Steps {
		a, b := orNone(step.A).Figures, orNone(step.B).Figures
		groups := maps.Clone(a)
		if groups == nil {
			groups = map[string]map[string]int{}
		}
		maps.Copy(groups, b)
		for _, group := range slices.Sorted(maps.Keys(groups)) {
			all := group == validity || group == issues
			s.table = append(s.table, countRows(step.Name, group+": ", a[group], b[group], all, most)...)
		}
	}
	return s
}
