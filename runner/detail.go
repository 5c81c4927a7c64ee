package runner

import (
	"context"
	"encoding/json"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Detail is what a step rested on when it was done.
type Detail struct {
	Scheme  int                   `json:"scheme"`
	Kind    string                `json:"kind"`
	Version int                   `json:"version"`
	Config  json.RawMessage       `json:"config"` // as in CUE: declared files by path
	Files   map[string]steps.File `json:"files,omitempty"`
	Inputs  map[string]Input      `json:"inputs,omitempty"`
	Listing []steps.Shard         `json:"listing,omitempty"` // all shards seen, chosen ones with digest
	Symbols []string              `json:"symbols"`           // of its actions
	Actions []string              `json:"actions"`           // names of the records of its actions, which name all that it made
}

// An Input is the dataset that an input field was connected to.
type Input struct {
	Step   string   `json:"step"`
	Stream string   `json:"stream"`
	Parts  []string `json:"parts"` // digests
}

// detail loads what a step rested on; nil if that is not known.
func (r *Runner) detail(ctx context.Context, s *RunStep) *Detail {
	if s == nil || s.Detail == "" {
		return nil
	}
	text, err := r.opt.Store.Get(ctx, s.Detail)
	if err != nil {
		return nil // reasons are then less exact, which is no reason to fail
	}
	var d Detail
	if decode(store.ObjectName(s.Detail), text, &d) != nil {
		return nil
	}
	return &d
}

// detailOf a stage: what it rests on, as far as that is known before it is done.
func detailOf(st *stage) Detail {
	d := Detail{
		Scheme: Scheme, Kind: st.node.kind.Name, Version: st.node.kind.Version,
		Config: st.node.spec.Config, Files: st.node.files, Inputs: map[string]Input{},
	}
	for _, in := range st.node.spec.Inputs {
		d.Inputs[in.Field] = Input{Step: in.Step, Stream: in.Stream}
	}
	if st.data != nil {
		d.fill(st)
	}
	return d
}

// fill adds what is known of a stage that is done.
func (d *Detail) fill(st *stage) {
	d.Listing, d.Actions = st.shards(), st.data.Actions
	for field, in := range d.Inputs {
		in.Parts = pieceDigests(st.inputs[field])
		d.Inputs[field] = in
	}
	for _, a := range st.actions {
		d.Symbols = append(d.Symbols, a.symbol)
	}
}

// shards returns the listing that the step was shown, with the digests of those that it chose.
func (st *stage) shards() []steps.Shard {
	chosen := map[string]string{}
	for _, a := range st.actions {
		for _, s := range a.Shards {
			chosen[s.Place] = s.Digest
		}
	}
	list := make([]steps.Shard, 0, len(st.listing))
	for _, s := range st.listing {
		s.Digest = chosen[s.Place]
		list = append(list, s)
	}
	return list
}
