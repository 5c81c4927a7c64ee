package runner

import (
	"context"
	"errors"
	"io/fs"
)

// reach adds what a plan of the runner's pipeline would find now.
func (r *Runner) reach(ctx context.Context, k *reach) error {
	stages, err := r.stages()
	if err != nil {
		return err
	}
	if _, err := r.followAll(ctx, stages); err != nil {
		return err
	}
	for _, st := range stages {
		for _, f := range st.node.files {
			k.object(f.Digest)
		}
		if err := k.stage(ctx, st); err != nil {
			return err
		}
	}
	return nil
}

// stage adds what was found of a step, also of one that is not done yet.
func (k *reach) stage(ctx context.Context, st *stage) error {
	if st.data != nil {
		if err := k.manifest(ctx, st.symbol); err != nil {
			return err
		}
		if err := k.records(ctx, st.data.Actions); err != nil {
			return err
		}
	}
	for _, a := range st.actions {
		if a.task == nil {
			continue
		}
		if err := k.attempts(ctx, a.task.pieces.Key()); err != nil {
			return err
		}
	}
	return nil
}

// attempts adds all attempts at an action that there are.
func (k *reach) attempts(ctx context.Context, key string) error {
	for attempt := 0; ; attempt++ {
		name := recordName(key, attempt)
		if _, err := k.store.Bucket().Size(ctx, name); errors.Is(err, fs.ErrNotExist) {
			return nil
		} else if err != nil {
			return err
		}
		if err := k.record(ctx, name); err != nil {
			return err
		}
	}
}
