package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

const runPrefix = "runs/"

func runName(number int) string { return fmt.Sprintf("%s%08d", runPrefix, number) }

// lastNumber of the names of runs. What else lies there is passed over.
func lastNumber(names []string) int {
	last := 0
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, runPrefix+"%08d", &n); err == nil {
			last = max(last, n)
		}
	}
	return last
}

// Runs lists the names of all run records of a store, oldest first. What has another name is not of sftrun's making, such
// as what a file browser leaves in each folder.
func Runs(ctx context.Context, s *store.Store) ([]string, error) {
	var names []string
	for name, err := range s.Bucket().List(ctx, runPrefix) {
		if err != nil {
			return nil, err
		}
		if n := lastNumber([]string{name}); n > 0 && runName(n) == name {
			names = append(names, name)
		}
	}
	return names, nil
}

// saveRun gives a run the next free number and stores it.
func saveRun(ctx context.Context, s *store.Store, run *RunRecord) error {
	names, err := Runs(ctx, s)
	if err != nil {
		return err
	}
	last, err := lastRemoved(ctx, s)
	if err != nil {
		return err
	}
	for next := max(last, lastNumber(names)) + 1; ; next++ {
		numbered := run.numbered(next)
		err := s.Bucket().Create(ctx, runName(next), store.Seal(steps.Encode(numbered)))
		if err == nil {
			*run = numbered
			return nil
		}
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// numbered is a run under a number, which the steps that it did itself refer to.
func (run RunRecord) numbered(number int) RunRecord {
	run.Number, run.Steps = number, slices.Clone(run.Steps)
	for i, s := range run.Steps {
		if s.Since == 0 && s.Detail != "" {
			run.Steps[i].Since = number
		}
	}
	return run
}

// readRun reads the record of a run. The error is fs.ErrNotExist if there is none, and a *store.Damaged if it cannot
// be read.
func readRun(ctx context.Context, s *store.Store, name string) (*RunRecord, error) {
	text, err := s.Record(ctx, name)
	if err != nil {
		return nil, err
	}
	run := new(RunRecord)
	if err := decode(name, text, run); err != nil {
		return nil, &store.Damaged{Name: name, Text: "it is no record of a run: " + err.Error()}
	}
	return run, nil
}

// allRuns reads the records of all runs, the oldest first.
func allRuns(ctx context.Context, s *store.Store) ([]RunRecord, error) {
	names, err := Runs(ctx, s)
	if err != nil {
		return nil, err
	}
	var runs []RunRecord
	for _, name := range names {
		run, err := readRun(ctx, s, name)
		if there, err := readable(err); err != nil {
			return nil, err
		} else if there {
			runs = append(runs, *run)
		}
	}
	return runs, nil
}

// History returns the records of the runs in the store, the oldest first, of all variants.
func (r *Runner) History(ctx context.Context) ([]RunRecord, error) {
	names, err := Runs(ctx, r.opt.Store)
	if err != nil {
		return nil, err
	}
	var runs []RunRecord
	for _, name := range names {
		run, err := readSealed[RunRecord](ctx, r.opt.Store, name)
		if err != nil {
			return nil, err
		}
		if run != nil {
			runs = append(runs, *run)
		}
	}
	return runs, nil
}
