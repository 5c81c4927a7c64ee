package schema

import (
	"slices"
	"strings"
)

// checkGraph reports each cycle of steps once, whole.
func (c *checker) checkGraph(p *Pipeline) {
	inputs := map[string][]Input{}
	for _, s := range p.Steps {
		inputs[s.Name] = s.Inputs
	}
	w := &walk{checker: c, inputs: inputs, done: map[string]bool{}}
	for _, s := range p.Steps {
		w.visit(s.Name)
	}
}

// A walk goes from steps to the steps that they take rows from, depth first.
type walk struct {
	checker *checker
	inputs  map[string][]Input
	trail   []string
	done    map[string]bool
}

func (w *walk) visit(step string) {
	if i := slices.Index(w.trail, step); i >= 0 {
		w.report(w.trail[i:])
		return
	}
	if w.done[step] {
		return
	}
	w.trail = append(w.trail, step)
	for _, in := range w.inputs[step] {
		w.visit(in.Step)
	}
	w.trail = w.trail[:len(w.trail)-1]
	w.done[step] = true
}

// report names a cycle in the direction in which rows flow, from the step where the walk entered it.
func (w *walk) report(trail []string) {
	cycle := append([]string{}, trail...)
	slices.Reverse(cycle[1:])
	cycle = append(cycle, cycle[0])
	field := w.inputs[trail[0]][0].Field
	for _, in := range w.inputs[trail[0]] {
		if in.Step == cycle[len(cycle)-2] {
			field = in.Field
		}
	}
	path := append([]string{"steps", trail[0]}, split(field)...)
	w.checker.report(path, "a cycle: "+strings.Join(cycle, " → ")+"; one of them must take its rows from elsewhere")
}
