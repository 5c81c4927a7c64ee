package blob

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"
)

// try sends a request until it is answered, for as long as there is patience with a service that fails. An answer
// that will not change by asking again ends it at once.
func (b *Bucket) try(ctx context.Context, send func(context.Context) error) error {
	begin := time.Now()
	for tries := 1; ; tries++ {
		err := send(ctx)
		if ctx.Err() != nil && err != nil {
			return context.Cause(ctx)
		}
		var f *failure
		if !errors.As(err, &f) || f.kind != passing {
			b.outage.end()
			return err
		}
		since := b.outage.begin()
		wait := pause(tries, b.opt.Pause, f.after)
		if time.Since(begin)+wait > b.opt.Patience {
			return &OutageError{Store: b.String(), Since: since, Tries: tries, Err: f}
		}
		if err := sleep(ctx, wait); err != nil {
			return err
		}
	}
}

// pause before the next try: doubling up to 25 times the first, of which a random part is taken so that many writers do
// not come back together; or what the service asked for, if that is longer.
func pause(tries int, first, asked time.Duration) time.Duration {
	longest := min(first<<min(tries-1, 10), 25*first)
	return max(asked, longest/4+rand.N(longest*3/4))
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return context.Cause(ctx)
	case <-timer.C:
		return nil
	}
}

// An outage remembers since when a service has failed, for all that use the bucket.
type outage struct {
	mu    sync.Mutex
	since time.Time
}

func (o *outage) begin() time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.since.IsZero() {
		o.since = time.Now()
	}
	return o.since
}

func (o *outage) end() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.since = time.Time{}
}
