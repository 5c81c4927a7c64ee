package ranges

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// ErrBusy is an object or a listing that could not be had until patience ended.
var ErrBusy = errors.New("could not be read")

// Passing is a failure that may pass.
type Passing struct {
	Text string        // what happened: "the service answered 503 Slow Down"; without secrets, on one line
	Wait time.Duration // what the other side asks to wait, or 0
}

func (f *Passing) Error() string { return f.Text }

// effort is what has been spent on one thing since it last made progress.
type effort struct {
	pool  *Pool
	what  string // what errors name
	most  int    // tries
	tries int
	spent time.Duration
	last  *Passing
}

// try calls do until it succeeds, fails for good, or patience ends. Do tells whether it made progress before it failed.
func (e *effort) try(ctx context.Context, do func() (progress bool, err error)) error {
	for {
		if err := e.pause(ctx); err != nil {
			return err
		}
		start := time.Now()
		progress, err := do()
		e.spent += time.Since(start)
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if progress {
			*e = effort{pool: e.pool, what: e.what, most: e.most}
		}
		if !errors.As(err, &e.last) {
			return err
		}
		e.tries++
	}
}

// pause waits before the next try, and says so if there will be none.
func (e *effort) pause(ctx context.Context) error {
	if e.last == nil {
		return context.Cause(ctx)
	}
	wait := max(e.last.Wait, backoff(e.tries))
	switch {
	case e.tries >= e.most:
		return e.end("")
	case e.spent+wait > e.pool.o.Patience:
		return e.end(fmt.Sprintf("; it asks to wait %s more", wait.Round(time.Second)))
	}
	e.spent += wait
	return e.pool.o.Sleep(ctx, wait)
}

const (
	firstBackoff = 500 * time.Millisecond
	mostBackoff  = 30 * time.Second
)

// backoff doubles with each try, and is spread so that those who failed together do not come back together.
func backoff(tries int) time.Duration {
	d := mostBackoff
	if tries < 8 {
		d = min(firstBackoff<<(tries-1), mostBackoff)
	}
	return d/2 + rand.N(d/2)
}

// end is the error of patience that has ended.
func (e *effort) end(more string) error {
	times := ""
	if e.tries > 1 {
		times = fmt.Sprintf("tried %d times in %s, and at last ", e.tries, e.spent.Round(time.Second))
	}
	return fmt.Errorf("%s %w: %s%s%s.  Run the command again when the network and the service are well",
		e.what, ErrBusy, times, e.last.Text, more)
}
