package runner

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"io/fs"
	"slices"

	"sftrun.local/runner/store"
)

// keepWhole keeps runs that nothing keeps, but all of whose data something else rests on: what would go is no more than
// what says so.
func (g *Garbage) keepWhole(ctx context.Context, runs []RunRecord, kept map[int]bool) error {
	details := map[string]bool{}
	for i := range runs {
		run := &runs[i]
		if kept[run.Number] {
			continue
		}
		whole, err := g.reach.holdsRun(ctx, run, details)
		if err != nil {
			return err
		}
		if !whole {
			continue
		}
		if err := g.reach.run(ctx, run); err != nil {
			return err
		}
		g.Runs = append(g.Runs, KeptRun{Run: run.Number, Pipeline: run.Pipeline, Variant: run.Variant})
	}
	slices.SortFunc(g.Runs, func(a, b KeptRun) int { return cmp.Compare(b.Run, a.Run) })
	return nil
}

// holdsRun tells whether the store has what the record of a run names, and something rests on all that this names in
// turn. What is known of Details is remembered in details, by digest.
func (k *reach) holdsRun(ctx context.Context, run *RunRecord, details map[string]bool) (bool, error) {
	if there, err := k.there(ctx, run.Digest); !there {
		return false, err
	}
	for _, s := range run.Steps {
		if s.Detail == "" {
			continue
		}
		held, known := details[s.Detail]
		if !known {
			var err error
			if held, err = k.holdsDetail(ctx, s.Detail); err != nil {
				return false, err
			}
			details[s.Detail] = held
		}
		if !held {
			return false, nil
		}
	}
	return true, nil
}

// holdsDetail does the same for a Detail. One that cannot be read holds nothing.
func (k *reach) holdsDetail(ctx context.Context, digest string) (bool, error) {
	if there, err := k.there(ctx, digest); !there || k.holdsObject(digest) {
		return there, err
	}
	text, err := k.store.Get(ctx, digest)
	var damaged *store.Damaged
	if errors.Is(err, fs.ErrNotExist) || errors.As(err, &damaged) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	var d Detail
	if json.Unmarshal(text, &d) != nil {
		return false, nil
	}
	for _, f := range d.Files {
		if !k.holdsObject(f.Digest) {
			return false, nil
		}
	}
	return !slices.ContainsFunc(d.Actions, func(name string) bool { return !k.holds(name) }), nil
}

// there tells whether an object is in the store; "" names none.
func (k *reach) there(ctx context.Context, digest string) (bool, error) {
	if digest == "" {
		return true, nil
	}
	_, err := k.store.Bucket().Size(ctx, store.ObjectName(digest))
	return readable(err)
}
