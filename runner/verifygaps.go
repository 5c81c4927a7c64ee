package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// gaps looks for numbers that no record of a run has, though a higher number was given. A run that is noted to have
// lost data may be without its record.
func (v *verification) gaps(ctx context.Context) error {
	last, err := v.highest(ctx)
	if err != nil {
		return err
	}
	for n := 1; n <= last; n++ {
		if err := v.gap(ctx, n); err != nil {
			return err
		}
	}
	return nil
}

// highest is the highest number of a run that something in the store tells of.
func (v *verification) highest(ctx context.Context) (int, error) {
	names, err := Runs(ctx, v.store)
	if err != nil {
		return 0, err
	}
	last, err := lastRemoved(ctx, v.store)
	if err != nil {
		return 0, err
	}
	last = max(last, lastNumber(names))
	tags, err := Tags(ctx, v.store)
	for _, t := range tags {
		last = max(last, t.Run)
	}
	return last, err
}

// gap notes that a run has no record.
func (v *verification) gap(ctx context.Context, number int) error {
	name := runName(number)
	if _, err := v.store.Bucket().Size(ctx, name); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if _, err := v.store.Bucket().Size(ctx, removalName(number)); err == nil || !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	v.found(Damage{Name: name, Class: "runs", Problem: "it is missing", Missing: true, Of: fmt.Sprintf("the record of run %d: what it did; the ledger has what it cost", number)})
	return nil
}
