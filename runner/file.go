package runner

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"sftrun.local/runner/store"
	"sftrun.local/steps/fault"
)

type writer = io.Writer

// unfinished is the beginning of the names of files that are not complete yet. What a kill leaves of them is swept by
// the next apply.
const unfinished = ".sftrun-unfinished-"

// writeFile writes a file under a temporary name in the same folder, syncs it and renames it to path, so that path
// holds the old bytes or all of the new ones at every instant. If write fails the old ones stay.
func writeFile(path string, write func(w writer) error) error {
	folder := filepath.Dir(path)
	f, err := os.CreateTemp(folder, unfinished+"*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // is gone after the rename
	err = write(f)
	if err == nil {
		err = f.Chmod(0o644)
	}
	fault.Point("file: temporary written")
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return store.Unwritten(err, f.Name(), path)
	}
	fault.Point("file: temporary synced")
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	fault.Point("file: renamed")
	if err := store.SyncFolder(folder); err != nil {
		return err
	}
	fault.Point("file: durable")
	return nil
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, data []byte) error {
	if err := store.MakeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	return writeFile(path, func(w writer) error {
		_, err := w.Write(data)
		return err
	})
}

// prepare makes sure, before any work, that published files can be written, and removes unfinished ones that a kill
// has left. No other apply is under way.
func (r *Runner) prepare(ctx context.Context, stages []*stage) error {
	folders := map[string]bool{r.opt.Output: true}
	for _, st := range stages {
		folders[filepath.Dir(r.target(st))] = true
	}
	for _, folder := range sortedKeys(folders) {
		if err := probe(folder); err != nil {
			return fmt.Errorf("%s cannot be written to: %w.  Nothing was done.  Mend it, or name another folder with --output", r.shown(folder), plain(err))
		}
	}
	if err := store.RemoveFiles(r.opt.State, unfinished, 0); err != nil || r.opt.Force {
		return err
	}
	return r.notInTheWay(ctx)
}

// notInTheWay makes sure that no file would have to be overwritten that holds something else than sftrun wrote. It
// looks at stages of its own, as a plan does.
func (r *Runner) notInTheWay(ctx context.Context) error {
	stages, err := r.stages()
	if err != nil {
		return err
	}
	if _, err := r.followAll(ctx, stages); err != nil {
		return err
	}
	files, err := r.planPublish(ctx, stages)
	if err != nil {
		return err
	}
	var all []error
	for _, f := range files {
		if f.Blocks() {
			all = append(all, fmt.Errorf("%s: %s, so it is not overwritten.  Nothing was done.  Move it away, or overwrite it with --force", f.File, f.Why))
		}
	}
	return errors.Join(all...)
}

// probe sweeps a folder and tries to write to it.
func probe(folder string) error {
	if err := store.MakeFolder(folder); err != nil {
		return err
	}
	if err := store.RemoveFiles(folder, unfinished, 0); err != nil {
		return err
	}
	f, err := os.CreateTemp(folder, unfinished+"*")
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), os.Remove(f.Name()))
}
