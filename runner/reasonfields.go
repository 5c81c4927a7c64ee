package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
)

// fields finds the fields of the config whose change is a cause. Those are stuck that cannot be put back, with the other
// fields and the files as they are: they are causes only of what nothing else explains.
func (q inquiry) fields(ctx context.Context) (all, stuck []Reason) {
	before, err := flatten(q.was.Config)
	if err != nil {
		return nil, nil
	}
	now, err := flatten(q.stage.node.spec.Config)
	if err != nil {
		return nil, nil
	}
	files := q.stage.node.files
	for _, path := range changed(before, now) {
		if _, declared := files[path]; declared {
			continue // its path does not matter, its content is looked at below
		}
		back := now.clone()
		back.set(path, before[path])
		switch spared, err := q.spares(ctx, back.config(), files); {
		case err != nil:
			stuck = append(stuck, q.reason(path, before[path], now[path]))
		case spared:
			all = append(all, q.reason(path, before[path], now[path]))
		}
	}
	for _, field := range slices.Sorted(maps.Keys(files)) {
		if r, ok := q.file(ctx, now, field); ok {
			all = append(all, r)
		}
	}
	return all, stuck
}

// file tells whether the content of a declared file is a cause.
func (q inquiry) file(ctx context.Context, now flat, field string) (Reason, bool) {
	files := q.stage.node.files
	was, ok := q.was.Files[field]
	if ok && was.Digest == files[field].Digest {
		return Reason{}, false
	}
	back := map[string]steps.File{}
	for f, file := range files {
		back[f] = file
	}
	back[field] = was
	if spared, err := q.spares(ctx, now.config(), back); ok && err == nil && !spared {
		return Reason{}, false
	}
	r := q.reason(field, nil, nil)
	path := files[field].Path
	switch {
	case !ok || was.Path == path:
		r.Text = fmt.Sprintf("%s changed (%s)", path, r.Path)
	default:
		r.Text = fmt.Sprintf("%s: %s → %s, whose text differs", r.Path, was.Path, path)
	}
	return r, true
}

// spares tells whether with another config an action would not be asked for that now is to be executed; or, for a step
// with nothing to execute, whether its actions would be others. An error says that the files for it are not there.
func (q inquiry) spares(ctx context.Context, config json.RawMessage, files map[string]steps.File) (bool, error) {
	full, err := withFiles(config, files)
	if err != nil {
		return false, err
	}
	step, err := q.stage.node.kind.New(full)
	if err != nil {
		return true, nil // the field goes with others that changed too
	}
	return q.avoids(ctx, q.stage.inputs, step)
}

// avoids tells what spares does, of other inputs or another step.
func (q inquiry) avoids(ctx context.Context, inputs map[string][]piece, step steps.Step) (bool, error) {
	other := &stage{node: q.stage.node, inputs: inputs}
	if err := q.runner.split(ctx, other, &stageInputs{runner: q.runner, stage: other}, step); err != nil {
		return false, err
	}
	if q.stage.data != nil {
		return other.symbol != q.stage.symbol, nil
	}
	asked := map[string]bool{}
	for _, a := range other.actions {
		asked[a.symbol] = true
	}
	return slices.ContainsFunc(q.stage.pending(), func(a *action) bool { return !asked[a.symbol] }), nil
}
