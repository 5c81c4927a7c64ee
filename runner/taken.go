package runner

import (
	"context"
	"errors"
	"slices"

	"golang.org/x/sync/errgroup"

	"sftrun.local/steps"
)

// A Pin says at which state an address was read.
type Pin struct {
	From  string `json:"from"`            // the address, as the user wrote it
	At    string `json:"at"`              // the address at the state that was listed, see Listing.Pin
	State string `json:"state,omitempty"` // what the pin stands for: "main is 1a2b3c4d"
}

// A Taking is what a step takes from outside the store.
type Taking struct {
	Pins   []Pin `json:"pins,omitempty"` // of the addresses that have one
	Listed int   `json:"listed"`         // shards that there are
	Shards int   `json:"shards"`         // shards that it chose
	Bytes  int64 `json:"bytes"`          // in those
	Rows   int   `json:"rows"`           // in those; -1 if not known without reading all of them
}

// pin notes at which state an address was listed.
func (st *stage) pin(w steps.Wanted, l Listing) {
	p := Pin{From: w.From, At: l.Pin, State: l.State}
	if l.Pin != "" && !slices.Contains(st.pins, p) {
		st.pins = append(st.pins, p)
	}
}

// chosen lists the shards that the actions of a stage read, each once.
func (st *stage) chosen() []steps.Shard {
	var all []steps.Shard
	for _, a := range st.actions {
		all = append(all, a.Shards...)
	}
	return distinct(all)
}

// taking says what a stage takes from outside; nil if it takes nothing from there. Rows that nobody has counted yet are
// counted only with count.
func (r *Runner) taking(ctx context.Context, st *stage, count bool) (*Taking, error) {
	chosen := st.chosen()
	if len(chosen) == 0 {
		return nil, nil
	}
	t := &Taking{Pins: st.pins, Listed: len(distinct(slices.Clone(st.listing))), Shards: len(chosen), Rows: -1}
	for _, s := range chosen {
		t.Bytes += s.Size
	}
	counter, ok := st.node.step.(steps.ShardCounter)
	if !ok {
		return t, nil
	}
	if count {
		if err := r.outside.count(ctx, chosen, counter, r.workers()); err != nil {
			return nil, r.place(st.node, err)
		}
	}
	t.Rows = r.outside.rows(chosen)
	return t, nil
}

// count finds out how many rows shards have, from a little of each. A shard that cannot be opened is an error.
func (f *outside) count(ctx context.Context, shards []steps.Shard, counter steps.ShardCounter, workers int) error {
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(workers)
	for _, s := range shards {
		if _, known := f.rowsIn(s); !known {
			g.Go(func() error { return f.countOne(ctx, s, counter) })
		}
	}
	return g.Wait()
}

func (f *outside) countOne(ctx context.Context, s steps.Shard, counter steps.ShardCounter) error {
	n, err := counter.ShardRows(ctx, s, func() (steps.Reader, error) { return f.peek(ctx, s) })
	var mistake *steps.FieldError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &mistake):
		return err
	case err != nil || n < 0:
		return nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.counted[s.Digest], f.fresh = n, true
	return nil
}

// peek opens a shard of which little will be read.
func (f *outside) peek(ctx context.Context, s steps.Shard) (steps.Reader, error) {
	if p, ok := f.source(s.Place).(Peeker); ok {
		return p.Peek(ctx, s)
	}
	return f.open(ctx, s)
}

func (f *outside) rowsIn(s steps.Shard) (n int, known bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, known = f.counted[s.Digest]
	return n, known
}

// rows sums up the rows of shards, -1 if those of one are not known.
func (f *outside) rows(shards []steps.Shard) int {
	sum := 0
	for _, s := range shards {
		n, known := f.rowsIn(s)
		if !known {
			return -1
		}
		sum += n
	}
	return sum
}
