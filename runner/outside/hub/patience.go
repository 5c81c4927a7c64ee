package hub

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"
)

// A fault is a failure that may pass.
type fault struct {
	text string        // what happened: "the Hub answered 503 Service Unavailable"
	wait time.Duration // what the other side asks to wait, or 0
	full bool          // a rate limit is used up
}

func (f *fault) Error() string { return f.text }

// effort is what has been spent on one thing since it last made progress.
type effort struct {
	c     *Client
	where string        // what errors name
	group func() string // of the Hub's rate limits that the next try counts against, or ""
	most  int           // tries
	tries int
	spent time.Duration
	last  *fault
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
			*e = effort{c: e.c, where: e.where, group: e.group, most: e.most}
		}
		if !errors.As(err, &e.last) {
			return err
		}
		e.tries++
	}
}

// pause waits before the next try, and says so if there will be none.
func (e *effort) pause(ctx context.Context) error {
	if e.tries >= e.most {
		return e.end("")
	}
	wait := e.c.limits.wait(e.group())
	if e.last != nil {
		wait = max(wait, e.last.wait, backoff(e.tries))
	}
	if wait == 0 {
		return context.Cause(ctx)
	}
	if e.spent+wait > e.c.o.Patience {
		return e.end(fmt.Sprintf("; it asks to wait %s more", wait.Round(time.Second)))
	}
	e.spent += wait
	return e.c.o.Sleep(ctx, wait)
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
	if e.last == nil {
		e.last = &fault{text: "its rate limit was used up", full: true}
	}
	times := ""
	if e.tries > 1 {
		times = fmt.Sprintf("tried %d times in %s, and at last ", e.tries, e.spent.Round(time.Second))
	}
	return fmt.Errorf("%s: %w: %s%s%s.  %s", e.where, ErrBusy, times, e.last.text, more, e.advice())
}

func (e *effort) advice() string {
	if e.last.full && e.c.o.Token == "" {
		return "Set HF_TOKEN (an account may ask more often than a stranger), or run the command again later"
	}
	return "Run the command again later; the state of the Hub is on https://status.huggingface.co"
}
