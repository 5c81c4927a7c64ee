package ranges

import (
	"cmp"
	"context"
	"io"
	"sync/atomic"
	"time"
)

// Options make a Pool. The zero value is what a user wants.
type Options struct {
	BlockSize   int           // least bytes that are fetched at a time; 16 KB if 0
	CacheSize   int           // bytes of blocks that an open object keeps, at least two blocks; 16 MB if 0
	LongAfter   int           // bytes read in order behind which a request asks for all that is left of the object; 4 MB if 0
	Connections int           // most requests under way at once; 16 if 0
	Stall       time.Duration // an answer that brings no byte for so long is given up and asked for again; 60 s if 0

	// Tries is how often one thing is asked for, and Patience how long, waits included, before its failure is final. Both
	// start anew whenever bytes arrive. 8 and 10 minutes if 0; what is asked before any bytes, 5 tries at most.
	Tries    int
	Patience time.Duration

	// Busy makes the error of what could not be had until patience ended, from what was asked for, why it failed, and
	// whether that was for a rate limit. Nil makes an ErrBusy.
	Busy func(what, why string, limited bool) error

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
	o.BlockSize = cmp.Or(o.BlockSize, 16<<10)
	o.CacheSize = cmp.Or(o.CacheSize, 16<<20)
	o.LongAfter = cmp.Or(o.LongAfter, 4<<20)
	o.Connections = cmp.Or(o.Connections, 16)
	o.Stall = cmp.Or(o.Stall, time.Minute)
	o.Tries = cmp.Or(o.Tries, 8)
	o.Patience = cmp.Or(o.Patience, 10*time.Minute)
	if o.Busy == nil {
		o.Busy = busy
	}
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

// Received returns how many bytes of objects have come in so far, those that were thrown away included. What Ask brings
// is not counted.
func (p *Pool) Received() int64 { return p.received.Load() }

// A Request is a small one, such as for a page of a listing.
type Request struct {
	What string               // as errors have it
	Wait func() time.Duration // how long the service wants no requests of this sort; may be nil

	// Send sends it once, and reads the answer through watched, with which each read may take as long as a stall; without
	// it, the whole must fit into that time. Its error is a *Passing, or final and named.
	Send func(ctx context.Context, watched func(io.Reader) io.Reader) error
}

// fewTries is how often something is asked for before any work has begun, where an error soon is better than one late.
const fewTries = 5

// Ask sends a request until it succeeds, fails with an error that is no *Passing, or patience ends.
func (p *Pool) Ask(ctx context.Context, r Request) error {
	e := effort{pool: p, what: r.What, wait: r.Wait, most: min(fewTries, p.o.Tries)}
	return e.try(ctx, func() (bool, error) {
		if err := p.lines.take(ctx); err != nil {
			return false, err
		}
		defer p.lines.give()
		w := newWatch(ctx, p.o.Stall)
		defer w.stop()
		return false, w.name(r.Send(w.ctx, w.of))
	})
}
