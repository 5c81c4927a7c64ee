package ranges

import (
	"cmp"
	"context"
	"sync/atomic"
	"time"
)

// Options make a Pool. The zero value is what a user wants.
type Options struct {
	BlockSize   int           // bytes that are fetched at a time; 4 MB if 0
	CacheSize   int           // bytes of blocks that an open object keeps, at least two blocks; 64 MB if 0
	Connections int           // most requests under way at once; 16 if 0
	Stall       time.Duration // an answer that brings no byte for so long is given up and asked for again; 60 s if 0

	// Tries is how often one thing is asked for, and Patience how long, waits included, before its failure is final. Both
	// start anew whenever bytes arrive. 8 and 10 minutes if 0; what is asked before any bytes, 5 tries at most.
	Tries    int
	Patience time.Duration

	// Sleep waits between tries, and returns early with the error of a context that ends. Nil is a real wait.
	Sleep func(ctx context.Context, d time.Duration) error
}

// A Pool is what all requests to one kind of service share. Its methods may be called from several goroutines.
type Pool struct {
	o        Options
	lines    lines
	received atomic.Int64
}

// New makes a pool.
func New(o Options) *Pool {
	o.BlockSize = cmp.Or(o.BlockSize, 4<<20)
	o.CacheSize = cmp.Or(o.CacheSize, 64<<20)
	o.Connections = cmp.Or(o.Connections, 16)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.Tries = cmp.Or(o.Tries, 8)
	o.Patience = cmp.Or(o.Patience, 10*time.Minute)
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	return &Pool{o: o, lines: lines{free: o.Connections}}
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Received returns how many bytes of objects have come in so far.
func (p *Pool) Received() int64 { return p.received.Load() }

// fewTries is how often something is asked for before any work has begun, where an error soon is better than one late.
const fewTries = 5

// Ask sends a small request, such as for a page of a listing, until it succeeds, fails with an error that is no *Passing,
// or patience ends. The whole of send, with the reading of its answer, must fit into the time of a stall.
func (p *Pool) Ask(ctx context.Context, what string, send func(context.Context) error) error {
	e := effort{pool: p, what: what, most: min(fewTries, p.o.Tries)}
	return e.try(ctx, func() (bool, error) {
		if err := p.lines.take(ctx); err != nil {
			return false, err
		}
		defer p.lines.give()
		w := newWatch(ctx, p.o.Stall)
		defer w.stop()
		return false, w.name(send(w.ctx))
	})
}
