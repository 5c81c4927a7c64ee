package model

import (
	"context"
	"errors"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

// claim makes the caller the one who asks a question. If it is known already, or becomes known while someone else
// asks it, claim returns that instead.
func (w *sending) claim(ctx context.Context, key ledger.Key) (known *steps.Sent, err error) {
	for ctx.Err() == nil {
		others, claimed := w.take(key)
		if !claimed {
			select {
			case <-others:
				continue
			case <-ctx.Done():
				continue
			}
		}
		_, err := w.lookup(ctx, key)
		if errors.Is(err, steps.ErrPending) {
			return nil, nil
		}
		w.release(key)
		var refusal *steps.Refusal
		if refused := errors.As(err, &refusal); err == nil || refused {
			return &steps.Sent{Key: key.String(), Refused: refused}, nil
		}
		return nil, err
	}
	return nil, context.Cause(ctx)
}

// take marks a question as being asked. If it is marked already, claimed is false and others is closed when that ends.
func (g *Gateway) take(key ledger.Key) (others <-chan struct{}, claimed bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if flight, ok := g.flights[key]; ok {
		return flight, false
	}
	g.flights[key] = make(chan struct{})
	return nil, true
}

// release ends what take began.
func (g *Gateway) release(key ledger.Key) {
	g.mu.Lock()
	defer g.mu.Unlock()
	close(g.flights[key])
	delete(g.flights, key)
}
