package limit

import (
	"context"
	"sync"
	"time"

	"golang.org/x/sync/semaphore"

	"sftrun.local/steps/model"
)

const (
	firstPause   = time.Second // where the service refuses and does not say for how long; doubles while it goes on
	longestPause = time.Minute

	// forEver is how long the first in the queue sleeps when it waits for an event, and not for a time.
	forEver = time.Hour
)

// A Limiter lets requests to one model through. Its methods may be called from several goroutines.
type Limiter struct {
	turn    *semaphore.Weighted // held by the first in the queue; the semaphore keeps the order
	changed chan struct{}       // tells the first that what it waits for may have come

	mu        sync.Mutex
	most      int // under way at once
	under     int // way
	requests  meter
	tokens    meter
	density   density
	until     time.Time     // of the pause that the service asked for
	backoff   time.Duration // of the last pause for which it named no length
	starving  time.Time     // since when the service has refused everything; zero while it does not
	patience  time.Duration
	lastPause time.Time // when the last burst of refusals began
}

// New returns a limiter, with the default of model.Limits.Filled for what is 0.
func New(limits model.Limits) *Limiter {
	l := &Limiter{turn: semaphore.NewWeighted(1), changed: make(chan struct{}, 1), density: newDensity(), patience: patience}
	l.lower(limits)
	return l
}

// lower takes over those limits that are lower than the present ones.
func (l *Limiter) lower(limits model.Limits) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.most = lowest(l.most, limits.Filled().Concurrency)
	l.requests.most = lowest(l.requests.most, limits.RequestsPerMinute)
	l.tokens.most = lowest(l.tokens.most, limits.TokensPerMinute)
}

// lowest of two bounds, of which 0 is none.
func lowest(a, b int) int {
	if a == 0 || b > 0 && b < a {
		return b
	}
	return a
}

// Take waits until a request of about so many tokens may be sent, after those that came before. It returns at once
// with the cause when ctx ends. The pass must be given back, by one of its methods.
func (l *Limiter) Take(ctx context.Context, tokens int) (*Pass, error) {
	if err := l.turn.Acquire(ctx, 1); err != nil {
		return nil, context.Cause(ctx)
	}
	defer l.turn.Release(1)
	for {
		pass, wait := l.try(tokens)
		if pass != nil {
			return pass, nil
		}
		if err := l.sleep(ctx, wait); err != nil {
			return nil, err
		}
	}
}

func (l *Limiter) sleep(ctx context.Context, wait time.Duration) error {
	timer := time.NewTimer(wait)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-l.changed:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	return nil
}

// try returns a pass, or how long there can be none.
func (l *Limiter) try(tokens int) (*Pass, time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.under >= l.most {
		return nil, forEver
	}
	wait := max(l.until.Sub(now), l.requests.wait(now, 1), l.tokens.wait(now, tokens))
	if wait > 0 {
		return nil, wait
	}
	l.under++
	return &Pass{limiter: l, request: l.requests.spend(now, 1), tokens: l.tokens.spend(now, tokens)}, 0
}

// wake lets the first in the queue look again.
func (l *Limiter) wake() {
	select {
	case l.changed <- struct{}{}:
	default:
	}
}
