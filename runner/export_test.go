package runner

import (
	"context"
	"maps"
	"slices"
)

// Called returns the keys of the actions that a plan calls to run, by step. Open are those whose key is known only when
// others of their step have been executed.
func (r *Runner) Called(ctx context.Context) (certain map[string][]string, open map[string]int, err error) {
	stages, err := r.stages()
	if err != nil {
		return nil, nil, err
	}
	certain, open = map[string][]string{}, map[string]int{}
	for _, st := range stages {
		if _, err := r.follow(ctx, stages, st); err != nil {
			return nil, nil, err
		}
		for _, a := range st.pending() {
			if st.data != nil {
				continue // its manifest is there
			}
			if name := st.node.spec.Name; a.task == nil {
				open[name]++
			} else {
				certain[name] = append(certain[name], a.task.pieces.Key())
			}
		}
	}
	return certain, open, nil
}

// Held applies, and returns the records of actions that it holds in memory before its end.
func (r *Runner) Held(ctx context.Context) ([]*Record, error) {
	a, err := r.begin(ctx, ApplyOptions{}, nil)
	if err != nil {
		return nil, err
	}
	a.loop(ctx)
	all := slices.Collect(maps.Values(a.made))
	for _, st := range a.stages {
		for _, act := range st.actions {
			if act.record != nil {
				all = append(all, act.record)
			}
		}
	}
	_, err = a.finish(ctx)
	return all, err
}
