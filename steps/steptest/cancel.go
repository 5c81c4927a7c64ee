package steptest

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"sftrun.local/steps"
)

// mostCalls bounds how far into an action it is cancelled.
const mostCalls = 32

// endsWhenCancelled cancels each action within one of its calls of In or Out, as happens in the world: in the first,
// the second, the fourth and so on. It then may end well, if nothing was left to do, or with the context's error.
func endsWhenCancelled(kind steps.Kind, c Case, made Dataset) error {
	w, err := newWorld(kind, c)
	if err != nil {
		return err
	}
	w.answer(made.Asked)
	for n, a := range made.Actions {
		sources, err := w.sources(a, made.Each)
		if err != nil {
			return err
		}
		for call := 1; call <= mostCalls; call *= 2 {
			i := interruption{left: call}
			if err := i.do(w, a, sources); err != nil {
				return fmt.Errorf("action %d, cancelled within its call number %d of In or Out, %w", n, call, err)
			}
			if i.left > 0 {
				break
			}
		}
	}
	return nil
}

// An interruption cancels an action within one of its calls, and watches what it goes on to do.
type interruption struct {
	mu     sync.Mutex
	cancel context.CancelFunc
	left   int // calls before the action is cancelled
	rows   int // brought to an end afterwards
	blind  int // calls afterwards with a context that is not cancelled
}

func (i *interruption) do(w *world, a steps.Action, sources [][]steps.Part) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	i.cancel = cancel
	in := interruptedIn{&input{world: w, action: a, sources: sources}, i}
	out := interruptedOut{&output{action: a, sources: sources, made: newMade()}, i}
	err := w.kind.Do(ctx, a, in, out)
	switch {
	case err != nil && !errors.Is(err, context.Canceled):
		return fmt.Errorf("returned %w", err)
	case i.blind > 0:
		return errors.New("went on with a context that is not cancelled")
	case i.rows > 0:
		return fmt.Errorf("brought %d more rows to their end", i.rows)
	}
	return nil
}

// asked takes note of a call of In.
func (i *interruption) asked(ctx context.Context) {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.left > 1:
		i.left--
	case i.left == 1:
		i.left, i.rows = 0, -1 // the row for which it was called may still come to its end
		i.cancel()
	case ctx.Err() == nil:
		i.blind++
	}
}

// ended takes note of a call of Out that ends a row.
func (i *interruption) ended() {
	i.mu.Lock()
	defer i.mu.Unlock()
	switch {
	case i.left > 1:
		i.left--
	case i.left == 1:
		i.left = 0
		i.cancel()
	default:
		i.rows++
	}
}

type interruptedIn struct {
	steps.In
	by *interruption
}

func (in interruptedIn) Read(ctx context.Context, p steps.Part) ([]byte, error) {
	data, err := in.In.Read(ctx, p)
	in.by.asked(ctx)
	return data, err
}

func (in interruptedIn) Open(ctx context.Context, p steps.Part) (steps.Reader, error) {
	r, err := in.In.Open(ctx, p)
	in.by.asked(ctx)
	return r, err
}

func (in interruptedIn) Shard(ctx context.Context, i int) (steps.Reader, error) {
	r, err := in.In.Shard(ctx, i)
	in.by.asked(ctx)
	return r, err
}

func (in interruptedIn) File(ctx context.Context, f steps.File) ([]byte, error) {
	data, err := in.In.File(ctx, f)
	in.by.asked(ctx)
	return data, err
}

func (in interruptedIn) Ask(ctx context.Context, q steps.Question) (steps.Reply, error) {
	reply, err := in.In.Ask(ctx, q)
	in.by.asked(ctx)
	return reply, err
}

type interruptedOut struct {
	steps.Out
	by *interruption
}

func (out interruptedOut) Row(r steps.Row) error {
	out.by.ended()
	return out.Out.Row(r)
}

func (out interruptedOut) Drop(from steps.From, id, reason, detail string) error {
	out.by.ended()
	return out.Out.Drop(from, id, reason, detail)
}

func (out interruptedOut) Fail(from steps.From, id string, why steps.Refusal) error {
	out.by.ended()
	return out.Out.Fail(from, id, why)
}
