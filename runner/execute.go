package runner

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// asker answers the questions of one replay of an action.
type asker func(ctx context.Context, q steps.Question) (steps.Reply, error)

// task is one action with all that its execution needs: its parts are known, and so is its key.
type task struct {
	kind    steps.Kind
	action  steps.Action
	sources [][]steps.Part
	pieces  Pieces
	attempt int
}

// executor runs tasks against a store. It holds no state of its own, so that several may run at once.
type executor struct {
	store *store.Store
	files *outside
}

// run executes a task and stores what it made. The record is not stored yet. The error is steps.ErrPending if
// answers are missing.
func (x executor) run(ctx context.Context, t task, ask asker) (*Record, error) {
	started := time.Now()
	in := &input{executor: x, task: t, ask: ask}
	out := newOutput(ctx, t, x.store)
	err := in.do(ctx, out)
	if err == nil {
		err = out.finish()
	}
	if err != nil {
		return nil, err
	}
	r := out.record
	r.Pieces, r.Attempt = t.pieces, t.attempt
	r.Made, r.Seconds = started.UTC().Truncate(time.Second), time.Since(started).Seconds()
	return r, nil
}

// replay runs a task for its questions alone: what it makes is thrown away. It returns the keys of those whose replies
// the kind found no good.
func (x executor) replay(ctx context.Context, t task, ask asker) (faulty []string, err error) {
	in := &input{executor: x, task: t, ask: ask}
	out := newOutput(ctx, t, nil)
	err = in.do(ctx, out)
	if errors.Is(err, steps.ErrPending) {
		err = nil
	}
	return out.faulty, err
}

// input implements steps.In for one execution of a task.
type input struct {
	executor
	task task

	asking sync.Mutex // ask is called from one goroutine at a time
	ask    asker

	holding sync.Mutex
	held    steps.Part // a part that had to be put together, and its bytes
	bytes   []byte
}

// do calls the kind. A panic of a kind is an error of its action, with the place, and not the end of the others.
func (in *input) do(ctx context.Context, out steps.Out) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("kind %s broke down, which is a defect of the kind: %v\n%s", in.task.kind.Name, p, debug.Stack())
		}
	}()
	for _, s := range in.task.action.Shards {
		if err := in.files.unchanged(s); err != nil {
			return err
		}
	}
	if err := in.task.kind.Do(ctx, in.task.action, in, out); err != nil {
		return err
	}
	for _, s := range in.task.action.Shards {
		if err := in.files.unchanged(s); err != nil {
			return err
		}
	}
	return ctx.Err()
}

func (in *input) Parts(i int) []steps.Part { return in.task.sources[i] }

func (in *input) Read(ctx context.Context, p steps.Part) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	data, err := readRows(ctx, in.store, p.Digest, p.Media == mediaRejects)
	if err != nil {
		return nil, err
	}
	if in.task.pieces.First > 0 {
		data = firstRows(data, in.task.pieces.First)
	}
	return data, nil
}

func (in *input) Open(ctx context.Context, p steps.Part) (steps.Reader, error) {
	if p.Media != mediaRejects && in.task.pieces.First == 0 {
		return in.store.Open(ctx, p.Digest, p.Size), nil
	}
	in.holding.Lock()
	defer in.holding.Unlock()
	if in.held != p || in.bytes == nil {
		data, err := in.Read(ctx, p)
		if err != nil {
			return nil, err
		}
		in.held, in.bytes = p, data
	}
	return memory(in.bytes), nil
}

func (in *input) Shard(ctx context.Context, i int) (steps.Reader, error) {
	return in.files.open(ctx, in.task.action.Shards[i])
}

func (in *input) File(ctx context.Context, f steps.File) ([]byte, error) {
	return in.files.declared(ctx, in.store, f)
}

func (in *input) Ask(ctx context.Context, q steps.Question) (steps.Reply, error) {
	if in.ask == nil {
		return steps.Reply{}, fmt.Errorf("kind %s puts questions, but does not say so (Kind.Asks)", in.task.kind.Name)
	}
	in.asking.Lock()
	defer in.asking.Unlock()
	return in.ask(ctx, q)
}

// firstRows of a part: what a trial is held to.
func firstRows(data []byte, n int) []byte {
	for i, b := range data {
		if b == '\n' {
			n--
		}
		if n == 0 {
			return data[:i+1]
		}
	}
	return data
}

// memory is a steps.Reader of bytes.
type memory []byte

func (m memory) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off > int64(len(m)) {
		return 0, fmt.Errorf("read at %d of %d bytes", off, len(m))
	}
	n := copy(p, m[off:])
	if n < len(p) {
		return n, fmt.Errorf("read of %d bytes at %d of %d", len(p), off, len(m))
	}
	return n, nil
}

func (m memory) Size() int64  { return int64(len(m)) }
func (m memory) Close() error { return nil }
