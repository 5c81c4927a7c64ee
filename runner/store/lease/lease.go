package lease

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"sync"
	"time"

	"sftrun.local/runner/store"
)

// A Lease is held from Acquire to Release, or until it is lost.
type Lease struct {
	bucket store.Swapper
	name   string
	ctx    context.Context
	lose   context.CancelCauseFunc
	keeper sync.WaitGroup
	record record // of the keeper, and after it has ended of Release
	tag    string

	mu      sync.Mutex
	renewed time.Time // before the last successful renewal was sent
}

// A LostError says that the lease could not be renewed in time, so that another process may hold it soon.
type LostError struct {
	Lease string
	Since time.Time // the last time that it was renewed
	Err   error     // why not since; nil if this machine stood still
}

func (e *LostError) Error() string {
	why := "this machine stood still meanwhile"
	if e.Err != nil {
		why = e.Err.Error()
	}
	return fmt.Sprintf("the sole right to write to the store, last renewed at %s, was lost: %s.  Nothing that was made or paid for is lost; run the same command again", e.Since.Format("15:04:05"), why)
}

func (e *LostError) Unwrap() error { return e.Err }

// A Self is on whose behalf leases are taken. The zero value is a new one each time.
type Self struct {
	ID   string   // random, of one process; "" = one that nobody else knows
	Dead []string // IDs of processes that are known to have ended: what they held is free at once
}

// Acquire takes a lease in a bucket and keeps it until Release, which must be called. The error is a *HeldError if
// another process holds it.
func Acquire(ctx context.Context, b store.Swapper, lease string) (*Lease, error) {
	return Self{}.Acquire(ctx, b, lease)
}

// Acquire is the function of this name, on behalf of a process that says who it is.
func (s Self) Acquire(ctx context.Context, b store.Swapper, lease string) (*Lease, error) {
	found, err := find(ctx, b, lease)
	if err != nil {
		return nil, err
	}
	if found.left > 0 && !slices.Contains(s.Dead, found.Holder) {
		return nil, found.held()
	}
	if s.ID == "" {
		s.ID = rand.Text()
	}
	l := &Lease{bucket: b, name: lease, record: newRecord(s.ID), tag: found.tag}
	held, lose := context.WithCancelCause(ctx)
	l.ctx, l.lose = held, lose
	if err := l.write(ctx); err != nil {
		lose(nil)
		return nil, l.beaten(ctx, err)
	}
	l.keeper.Go(l.keep)
	return l, nil
}

// beaten says who was faster.
func (l *Lease) beaten(ctx context.Context, err error) error {
	if !errors.Is(err, fs.ErrExist) {
		return err
	}
	found, err := find(ctx, l.bucket, l.name)
	if err != nil {
		return err
	}
	if found.left == 0 {
		return &HeldError{Holder: "another process"} // which has released it again already
	}
	return found.held()
}

// write stores the next version of the record, and counts from before. A version that moved may have been written by
// an earlier call, whose outcome was not known: then it is replaced.
func (l *Lease) write(ctx context.Context) error {
	begin := time.Now()
	for try := 1; ; try++ {
		err := l.swap(ctx, begin)
		if !errors.Is(err, fs.ErrExist) || try == 3 {
			return err
		}
		found, findErr := find(ctx, l.bucket, l.name)
		if findErr != nil {
			return findErr
		}
		if found.Holder != l.record.Holder {
			return err
		}
		l.tag, l.record.Renewed = found.tag, found.Renewed
	}
}

func (l *Lease) swap(ctx context.Context, begin time.Time) error {
	next := l.record
	next.Renewed++
	text, err := json.Marshal(next)
	if err != nil {
		return err
	}
	tag, err := l.bucket.Swap(ctx, name(l.name), l.tag, text)
	if err != nil {
		return err
	}
	l.record, l.tag = next, tag
	l.mu.Lock()
	defer l.mu.Unlock()
	l.renewed = begin
	return nil
}

// Context ends when the lease is lost, with a *LostError as its cause, or released, or when the context of Acquire
// ends. All that writes to the store works under it.
func (l *Lease) Context() context.Context { return l.ctx }

// Check returns an error if the lease is not held. It asks this machine's clocks alone, and sends nothing.
func (l *Lease) Check() error {
	if l.ctx.Err() != nil {
		return context.Cause(l.ctx)
	}
	if l.left() <= 0 {
		l.lose(l.lost(nil))
		return context.Cause(l.ctx)
	}
	return nil
}

// left is for how long the lease may be relied on. The wall clock counts if more time has passed by it, as it goes on
// while a machine sleeps.
func (l *Lease) left() time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	passed := max(now.Sub(l.renewed), now.Round(0).Sub(l.renewed.Round(0)))
	return TTL - Margin - passed
}

func (l *Lease) lost(err error) *LostError {
	l.mu.Lock()
	defer l.mu.Unlock()
	return &LostError{Lease: l.name, Since: l.renewed, Err: err}
}

// Release gives the lease back, so that another may take it at once. It returns when the lease writes no more.
func (l *Lease) Release(ctx context.Context) error {
	held := !errors.As(context.Cause(l.ctx), new(*LostError))
	l.lose(nil)
	l.keeper.Wait()
	if !held {
		return nil
	}
	l.record.TTL = 0
	err := l.write(ctx)
	if errors.Is(err, fs.ErrExist) {
		return nil // another has it
	}
	return err
}
