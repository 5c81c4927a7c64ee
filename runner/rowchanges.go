package runner

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"

	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A RowChange tells how the rows that a step takes from another differ from those that it took before.
type RowChange struct {
	Step    string `json:"step"`   // that they come from
	Stream  string `json:"stream"` // of it
	Added   int    `json:"added"`  // rows that were not there before
	Removed int    `json:"removed"`
	Since   int    `json:"since"` // number of the run compared with
}

// mostCompared is the number of rows, before and now, above which they are not compared: it bounds memory, at some 60
// bytes a row.
const mostCompared = 2_000_000

// rowChanges compares the rows of a step's inputs with those that it was last done on. Parts that are there in both are not
// read. An input is left out if no row changed, or if what was there before is gone from the store.
func (r *Runner) rowChanges(ctx context.Context, st *stage, was *RunStep) ([]RowChange, error) {
	before := r.detail(ctx, was)
	if before == nil {
		return nil, nil
	}
	var all []RowChange
	for _, in := range st.node.spec.Inputs {
		old, known := before.Inputs[in.Field]
		if !known || old.Stream != in.Stream {
			continue
		}
		m, err := r.rowChange(ctx, in, old.Parts, st.inputs[in.Field])
		var damaged *store.Damaged
		if errors.Is(err, fs.ErrNotExist) || errors.As(err, &damaged) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if m.Since = was.Since; m.Added+m.Removed > 0 {
			all = append(all, m)
		}
	}
	return all, nil
}

// rowChange counts the rows of parts that were not there before, and the other way round.
func (r *Runner) rowChange(ctx context.Context, in schema.Input, was []string, now []piece) (RowChange, error) {
	m := RowChange{Step: in.Step, Stream: in.Stream}
	left := map[string]int{}
	for _, digest := range was {
		left[digest]++
	}
	surplus := map[[16]byte]int{} // how many more of a row there are now than before
	for _, p := range now {
		if left[p.Digest] > 0 {
			left[p.Digest]--
			continue
		}
		if err := r.tallyRows(ctx, p.Digest, in.Stream, surplus, 1); err != nil || len(surplus) > mostCompared {
			return m, err
		}
	}
	for digest, n := range left {
		if n == 0 {
			continue
		}
		if err := r.tallyRows(ctx, digest, in.Stream, surplus, -n); err != nil || len(surplus) > mostCompared {
			return m, err
		}
	}
	for _, n := range surplus {
		m.Added += max(n, 0)
		m.Removed += max(-n, 0)
	}
	return m, nil
}

// tallyRows adds n to the count of each row of a part.
func (r *Runner) tallyRows(ctx context.Context, part, stream string, counts map[[16]byte]int, n int) error {
	data, err := readRows(ctx, r.opt.Store, part, stream == steps.RejectsStream)
	if err != nil {
		return err
	}
	for _, row := range jsonl.Rows(data) {
		sum := sha256.Sum256(row)
		counts[[16]byte(sum[:16])] += n
	}
	return nil
}
