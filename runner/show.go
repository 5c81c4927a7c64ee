package runner

import (
	"context"
	"encoding/json"
	"fmt"
	"iter"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A View is what Show finds of a step's dataset.
type View struct {
	Step  string
	Kind  string
	Tally Tally
	Count int // rows of the stream in all

	// Rows reads the first of them, part by part, with the columns that publication adds. After an error there are none.
	Rows iter.Seq2[json.RawMessage, error]
}

// Show returns the rows that a step handed on, or with rejects those that it did not, each with reject_meta; at most
// most of them, or all if most is 0. Like Plan it writes nothing, and it works while another process applies.
func (r *Runner) Show(ctx context.Context, step string, rejects bool, most int) (*View, error) {
	t, st, err := r.look(ctx, step)
	if err != nil {
		return nil, err
	}
	stream := steps.RowsStream
	if rejects {
		stream = steps.RejectsStream
	}
	return &View{
		Step: step, Kind: st.node.kind.Name, Tally: st.data.Tally, Count: st.data.rows(stream), Rows: t.first(st, stream, most),
	}, nil
}

// first gives the first rows of a stream, or all if most is 0.
func (t *tracer) first(st *stage, stream string, most int) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		n := 0
		for i := range st.data.Streams[stream] {
			for row, err := range t.rows(st, stream, i) {
				if most > 0 && n == most || !yield(row, err) || err != nil {
					return
				}
				n++
			}
		}
	}
}

// look resolves all steps as far as their data are there, and finds one that must be there. It asks no source what it
// would find now: what was made is looked at, which may be wanted without a network.
func (r *Runner) look(ctx context.Context, step string) (*tracer, *stage, error) {
	r.outside.asLast = true
	defer func() { r.outside.asLast = false }()
	stages, err := r.stages()
	if err != nil {
		return nil, nil, err
	}
	if _, err := r.followAll(ctx, stages); err != nil {
		return nil, nil, err
	}
	st := byName(stages, step)
	if st == nil {
		return nil, nil, noStep(step, stages)
	}
	if st.data == nil {
		return nil, nil, fmt.Errorf("steps.%s is not done as the pipeline has it now.  sftrun plan says why, sftrun apply does it", step)
	}
	return newTracer(ctx, r.opt.Store, stages), st, nil
}

func noStep(name string, stages []*stage) error {
	nodes := make([]*node, len(stages))
	for i, st := range stages {
		nodes[i] = st.node
	}
	_, err := ancestors(nodes, name)
	return err
}

// rows gives the rows of a part of a stream, with the columns that publication adds.
func (t *tracer) rows(st *stage, stream string, part int) iter.Seq2[json.RawMessage, error] {
	return func(yield func(json.RawMessage, error) bool) {
		p := st.data.Streams[stream][part]
		data, err := readRows(t.ctx, t.store, p.Digest, p.Media == mediaRejects)
		if err != nil {
			yield(nil, err)
			return
		}
		for i, row := range jsonl.Rows(data) {
			meta, err := t.meta(st, stream, part, i)
			for m := len(meta) - 1; m >= 0; m-- {
				row = jsonl.Set(row, meta[m].column, meta[m].value)
			}
			if !yield(row, err) || err != nil {
				return
			}
		}
	}
}
