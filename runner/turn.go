package runner

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/lease"
)

// A Turn waits until this process is the only one that asks models on behalf of a store. What is asked works under the
// context that it gives, which ends when the turn is lost; release ends it.
type Turn func(ctx context.Context) (asking context.Context, release func(), err error)

// turns shares one turn among the steps of an apply that ask side by side.
type turns struct {
	take Turn // nil: there is nobody else

	mu      sync.Mutex
	users   int
	asking  context.Context
	release func()
}

// begin has the turn taken, unless another step has it already. A step that ends its own asking calls end.
func (t *turns) begin(ctx context.Context) (asking context.Context, end func(), err error) {
	if t.take == nil {
		return ctx, func() {}, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users == 0 {
		if t.asking, t.release, err = t.take(ctx); err != nil {
			return nil, nil, err
		}
	}
	t.users++
	asking, unbind := bind(ctx, t.asking)
	return asking, func() {
		unbind()
		t.end()
	}, nil
}

func (t *turns) end() {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.users--; t.users == 0 {
		t.release()
	}
}

// bind gives a context that ends with either of two, with the cause of the one that ended.
func bind(ctx, other context.Context) (_ context.Context, unbind func()) {
	ctx, cancel := context.WithCancelCause(ctx)
	stop := context.AfterFunc(other, func() { cancel(context.Cause(other)) })
	return ctx, func() {
		stop()
		cancel(nil)
	}
}

// waiting is how long a process has waited for its turn.
type waiting struct {
	next, sum time.Duration
	told      bool
}

// telling is how long it waits without a word.
const telling = 2 * time.Second

// again pauses before the next look, longer from time to time, up to two seconds. It tells once that it waits.
func (w *waiting) again(ctx context.Context, tell func()) {
	if w.sum >= telling && !w.told {
		w.told = true
		tell()
	}
	w.next = min(max(2*w.next, 50*time.Millisecond), 2*time.Second)
	w.sum += w.next
	timer := time.NewTimer(w.next)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-timer.C:
	}
}

// TurnAt is the turn at a store in a folder: a lock of the kernel, which ends with the process. wait is told once, not
// at once, that it waits. Where locks cannot be had it goes on without, as ShareStore does.
func TurnAt(root string, wait func()) Turn {
	return func(ctx context.Context) (context.Context, func(), error) {
		if err := store.MakeFolder(root); err != nil {
			return nil, nil, err
		}
		file := flock.New(filepath.Join(root, "asking"), flock.SetPermissions(0o644))
		for w := (waiting{}); ctx.Err() == nil; w.again(ctx, wait) {
			ok, err := file.TryLock()
			switch {
			case lockless(err):
				return ctx, func() {}, nil
			case err != nil:
				return nil, nil, fmt.Errorf("lock the store %s: %w", root, err)
			case ok:
				return ctx, func() { file.Unlock() }, nil
			}
		}
		return nil, nil, context.Cause(ctx)
	}
}

// Turn is the turn at a store in a bucket: a lease. wait is told once, not at once, for whom it waits. The lease outlives the context,
// as what is paid for is waited for when all is to end.
func (l *Lessee) Turn(wait func(who string)) Turn {
	return func(ctx context.Context) (context.Context, func(), error) {
		held, err := l.Ask(ctx, wait)
		if err != nil {
			return nil, nil, err
		}
		l.asking.Store(held)
		return held.Context(), func() {
			l.asking.Store(nil)
			GiveBack(ctx, held)
		}, nil
	}
}

// MayAsk returns an error if this process has not the turn, or may have lost it. It sends nothing, and is called right
// before each request that costs something.
func (l *Lessee) MayAsk() error {
	held := l.asking.Load()
	if held == nil {
		return errors.New("nothing is asked: this process has not the turn")
	}
	return held.Check()
}

// GiveBack releases a lease, also when all is to end. It does not try for long, and if it fails the lease runs out.
func GiveBack(ctx context.Context, held *lease.Lease) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = held.Release(ctx)
}
