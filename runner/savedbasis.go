package runner

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// basis is what a plan rests on that was made of stages.
func (r *Runner) basis(ctx context.Context, stages []*stage) (Basis, error) {
	b := Basis{Pipeline: r.opt.Pipeline.Value, Scheme: Scheme, Kinds: map[string]int{}}
	known := r.published()
	for _, st := range stages {
		b.Kinds[st.node.kind.Name] = st.node.kind.Version
		b.Steps = append(b.Steps, basisOf(st))
		if st.node.spec.Publish == "" {
			continue
		}
		path := r.target(st)
		digest, err := digestNow(ctx, path, known[r.shown(path)])
		if err != nil {
			return b, err
		}
		b.Published = append(b.Published, PublishedFile{File: r.shown(path), Digest: digest})
	}
	return b, nil
}

func basisOf(st *stage) StepBasis {
	b := StepBasis{Name: st.node.spec.Name, Digest: st.node.digest(), Symbol: st.symbol, Files: st.node.files, Pins: st.pins, Inputs: distinct(st.shards())}
	if st.data == nil {
		b.Run = symbols(st.pending())
	}
	return b
}

func symbols(actions []*action) []string {
	var all []string
	for _, a := range actions {
		all = append(all, a.symbol)
	}
	return all
}

// distinct shards, each once however often it was listed, by place.
func distinct(shards []steps.Shard) []steps.Shard {
	byPlace := func(a, b steps.Shard) int { return strings.Compare(a.Place, b.Place) }
	slices.SortStableFunc(shards, byPlace)
	return slices.CompactFunc(shards, func(a, b steps.Shard) bool { return a.Place == b.Place })
}

// digest of what a step is, without its name and what comes in.
func (n *node) digest() string {
	return store.Digest(steps.Encode([]any{n.kind.Name, n.kind.Version, n.config}))
}

// digestNow of a published file, "" if it is not there. Its bytes are read only if it is not the file that is known.
func digestNow(ctx context.Context, path string, known publication) (string, error) {
	info, err := os.Stat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return "", nil
	}
	if err != nil {
		return "", err
	}
	if known.stands(info) {
		return known.Stamp.Digest, nil
	}
	return digestFile(ctx, path)
}
