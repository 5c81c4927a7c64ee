package runner

import "context"

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
