package steptest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"sftrun.local/steps"
)

// input is the steps.In of one action. It hands out nothing that the action does not name.
type input struct {
	world   *world
	action  steps.Action
	sources [][]steps.Part

	mu      sync.Mutex
	pending []steps.Question
}

func (in *input) Parts(i int) []steps.Part { return slices.Clone(in.sources[i]) }

func (in *input) Read(ctx context.Context, p steps.Part) ([]byte, error) {
	if !slices.ContainsFunc(in.sources, func(parts []steps.Part) bool { return slices.Contains(parts, p) }) {
		return nil, fmt.Errorf("part %.8s is not among the sources of action %q", p.Digest, in.action.Label)
	}
	return in.object(ctx, p.Digest)
}

func (in *input) Open(ctx context.Context, p steps.Part) (steps.Reader, error) {
	data, err := in.Read(ctx, p)
	if err != nil {
		return nil, err
	}
	return reader{bytes.NewReader(data)}, nil
}

func (in *input) Shard(ctx context.Context, i int) (steps.Reader, error) {
	data, err := in.object(ctx, in.action.Shards[i].Digest)
	if err != nil {
		return nil, err
	}
	return reader{bytes.NewReader(data)}, nil
}

func (in *input) File(ctx context.Context, f steps.File) ([]byte, error) {
	if !slices.ContainsFunc(in.action.Files, func(d steps.File) bool { return d.Digest == f.Digest }) {
		return nil, fmt.Errorf("file %q is not among those that action %q declares", f.Path, in.action.Label)
	}
	return in.object(ctx, f.Digest)
}

func (in *input) Ask(ctx context.Context, q steps.Question) (steps.Reply, error) {
	if err := ctx.Err(); err != nil {
		return steps.Reply{}, err
	}
	if !in.world.kind.Asks {
		return steps.Reply{}, errors.New("a question from a kind whose Asks is false")
	}
	in.mu.Lock()
	defer in.mu.Unlock()
	if a, ok := in.world.answers[q.Key]; ok {
		return a.reply, a.err
	}
	in.pending = append(in.pending, q)
	return steps.Reply{}, steps.ErrPending
}

func (in *input) object(ctx context.Context, digest string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, ok := in.world.objects[digest]
	if !ok {
		return nil, fmt.Errorf("no object with digest %q; was the digest of a shard or file never filled in?", digest)
	}
	return data, nil
}

// reader makes a steps.Reader of bytes.
type reader struct{ *bytes.Reader }

func (reader) Close() error { return nil }
