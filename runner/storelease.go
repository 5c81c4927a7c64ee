package runner

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/runner/store/lease"
)

// What leases are taken on a store in a bucket. None of them is in the way of who only reads.
const (
	useLeases   = "use/"   // one for each pipeline that is applied, by its name; many of them may be held
	deleteLease = "delete" // by who deletes, while no other is held
	askLease    = "ask"    // by who asks models: one process at a time, whatever pipeline it applies
)

// A LeasedBucket is one that leases can be taken in.
type LeasedBucket interface {
	store.Bucket
	store.Swapper
	fmt.Stringer
}

// A Lessee takes leases on a store in a bucket: they do between machines what the locks of the kernel do on one. A lease
// ends with the process that holds it, a minute later; one that was held on behalf of the same project ends at once.
//
// Three promises rest on them. One process at a time applies a pipeline of one name (Share), so that two machines do not
// both do the same work. Nobody deletes while something is applied (Own): each takes his own lease first and then looks
// for that of the other, so that one of two sees the other, or both do. And no question is paid twice (Ask): only who
// has the turn asks, and before the first question he takes in all that others have obtained.
type Lessee struct {
	bucket LeasedBucket
	self   lease.Self
	asking atomic.Pointer[lease.Lease] // while this process has the turn
}

// NewLessee returns one that works on behalf of the project whose state lies in the folder, and whose lock this process
// holds. "" stands for no project.
func NewLessee(b LeasedBucket, state string) (*Lessee, error) {
	self, err := selfOf(state)
	return &Lessee{bucket: b, self: self}, err
}

// An ElsewhereError says that a pipeline is applied by another process, perhaps on another machine.
type ElsewhereError struct {
	Pipeline, Store string
	Held            *lease.HeldError
}

func (e *ElsewhereError) Error() string {
	return fmt.Sprintf("%s is applying a pipeline named %s with the store %s.  Wait for it, or stop it with Ctrl-C where it runs; plan, status and show work meanwhile.  If it is gone without a trace, the lease ends in %d seconds",
		e.Held.Holder, e.Pipeline, e.Store, (e.Held.Left+time.Second-1)/time.Second)
}

func (e *ElsewhereError) Unwrap() error { return e.Held }

// Share says that this process applies the pipeline of a name with the store. The error is an *ElsewhereError while
// another one does, and a *BusyError while another one deletes from the store.
func (l *Lessee) Share(ctx context.Context, pipeline string) (*lease.Lease, error) {
	held, err := l.self.Acquire(ctx, l.bucket, useLease(pipeline))
	var other *lease.HeldError
	if errors.As(err, &other) {
		return nil, &ElsewhereError{pipeline, l.bucket.String(), other}
	}
	if err != nil {
		return nil, err
	}
	deleting, err := l.self.Find(ctx, l.bucket, deleteLease)
	if err == nil && deleting != nil {
		err = &BusyError{Store: l.bucket.String(), Holders: []string{deleting.Holder}}
	}
	if err != nil {
		return nil, errors.Join(err, held.Release(ctx))
	}
	return held, nil
}

// Own makes sure that no other process works with the store, until the lease is released. The error is a *BusyError if
// one does.
func (l *Lessee) Own(ctx context.Context) (*lease.Lease, error) {
	held, err := l.self.Acquire(ctx, l.bucket, deleteLease)
	var other *lease.HeldError
	if errors.As(err, &other) {
		return nil, l.busy(other)
	}
	if err != nil {
		return nil, err
	}
	for user, err := range l.users(ctx) {
		if err == nil && user != nil {
			err = l.busy(user)
		}
		if err != nil {
			return nil, errors.Join(err, held.Release(ctx))
		}
	}
	return held, nil
}

func (l *Lessee) busy(other *lease.HeldError) error {
	return &BusyError{Store: l.bucket.String(), Holders: []string{other.Holder}, Alone: true}
}

// users gives those who apply something with the store.
func (l *Lessee) users(ctx context.Context) iter.Seq2[*lease.HeldError, error] {
	return func(yield func(*lease.HeldError, error) bool) {
		for name, err := range l.bucket.List(ctx, lease.Prefix+useLeases) {
			var user *lease.HeldError
			if err == nil {
				user, err = l.self.Find(ctx, l.bucket, strings.TrimPrefix(name, lease.Prefix))
			}
			if !yield(user, err) {
				return
			}
		}
	}
}

// Ask waits until this process is the only one that asks models on behalf of the store. wait is told for whom it waits,
// once and not at once. The lease outlives the context.
func (l *Lessee) Ask(ctx context.Context, wait func(who string)) (*lease.Lease, error) {
	for w := (waiting{}); ctx.Err() == nil; {
		held, err := l.self.Acquire(context.WithoutCancel(ctx), l.bucket, askLease)
		var other *lease.HeldError
		if !errors.As(err, &other) {
			return held, err
		}
		w.again(ctx, func() { wait(other.Holder) })
	}
	return nil, context.Cause(ctx)
}

// Applying tells who applies the pipeline of a name with a store in a bucket, "" if nobody does. It writes nothing.
func Applying(ctx context.Context, b store.Swapper, pipeline string) (who string, err error) {
	who, _, err = lease.Holder(ctx, b, useLease(pipeline))
	return who, err
}

// useLease is the lease of the pipelines of a name.
func useLease(pipeline string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || r == '-' || r == '_'
	}
	if len(pipeline) > 100 || strings.ContainsFunc(pipeline, func(r rune) bool { return !plain(r) }) {
		return useLeases + "~" + store.Digest([]byte(pipeline))
	}
	return useLeases + pipeline
}
