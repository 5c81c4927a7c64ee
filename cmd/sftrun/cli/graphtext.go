package cli

import (
	"slices"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// graphText draws the steps as a tree.
func graphText(all []schema.Step) string {
	t := &tree{below: map[string][]schema.Step{}}
	far := farness(all)
	for _, s := range all {
		parent := ""
		if len(s.Inputs) > 0 {
			parent = lastOf(s.Inputs, far)
		}
		t.below[parent] = append(t.below[parent], s)
	}
	for _, s := range t.below[""] {
		t.draw(s, "", "")
	}
	if !slices.ContainsFunc(t.rows, func(cells []string) bool { return cells[2] != "" }) {
		for i := range t.rows {
			t.rows[i] = slices.Delete(t.rows[i], 2, 3)
		}
	}
	return figures.Table(t.rows, 1, 2, 3)
}

// lastOf the steps that a step takes rows from is the one farthest from the start: it comes after all others.
func lastOf(inputs []schema.Input, far map[string]int) string {
	last := inputs[0].Step
	for _, in := range inputs[1:] {
		if far[in.Step] >= far[last] {
			last = in.Step
		}
	}
	return last
}

// farness is, for each step, the number of steps on the longest way to it from one without inputs.
func farness(all []schema.Step) map[string]int {
	far := map[string]int{}
	for range all { // no way is longer
		for _, s := range all {
			for _, in := range s.Inputs {
				far[s.Name] = max(far[s.Name], far[in.Step]+1)
			}
		}
	}
	return far
}

// tree is a drawing in the making: lines of cells.
type tree struct {
	below map[string][]schema.Step
	rows  [][]string
}

// draw adds a step behind a branch, and those below it behind what that branch goes on with.
func (t *tree) draw(s schema.Step, branch, on string) {
	t.rows = append(t.rows, []string{branch + s.Name, s.Kind, inputsOf(s), published(s)})
	children := t.below[s.Name]
	for i, c := range children {
		if i == len(children)-1 {
			t.draw(c, on+"└─ ", on+"   ")
		} else {
			t.draw(c, on+"├─ ", on+"│  ")
		}
	}
}

// inputsOf names the inputs of a step where the drawing does not say it all: "left: filter, right: sample.rejects".
func inputsOf(s schema.Step) string {
	var all []string
	for _, in := range s.Inputs {
		from := in.Step
		if in.Stream != steps.RowsStream {
			from += "." + in.Stream
		}
		if len(s.Inputs) > 1 {
			from = in.Field + ": " + from
		}
		all = append(all, from)
	}
	if len(s.Inputs) == 1 && s.Inputs[0].Stream == steps.RowsStream {
		return ""
	}
	return strings.Join(all, ", ")
}

// published says as which file a step's result is published, "" for none.
func published(s schema.Step) string {
	if s.Publish == "" {
		return ""
	}
	return "→ " + s.Publish
}
