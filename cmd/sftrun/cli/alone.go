package cli

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"sftrun.local/runner"
)

// alone makes sure that no other process works on the project or with its store, until release is called. What needs
// that works under the context that is given.
func (p *project) alone(ctx context.Context) (alone context.Context, release func(), err error) {
	lock, err := runner.Acquire(p.state)
	if err != nil {
		return nil, nil, err
	}
	alone, end, err := p.ownStore(ctx)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return alone, func() {
		end()
		lock.Release()
	}, nil
}

// writing makes sure that no other process works on the project, and that none takes the store for its own, until release
// is called. What is done works under the context that is given.
func (p *project) writing(ctx context.Context) (using context.Context, release func(), err error) {
	lock, err := runner.Acquire(p.state)
	if err != nil {
		return nil, nil, err
	}
	using, end, err := p.useStore(ctx)
	if err != nil {
		lock.Release()
		return nil, nil, err
	}
	return using, func() {
		end()
		lock.Release()
	}, nil
}

// endedByCtrlC gives a context that ends with Ctrl-C. done gives that its usual meaning back.
func endedByCtrlC(ctx context.Context) (_ context.Context, done func()) {
	return signal.NotifyContext(ctx, os.Interrupt, syscall.SIGTERM)
}

// ticker is a line of a terminal that says how far something is. It is drawn anew not more often than people can read.
type ticker struct {
	out   io.Writer // nil writes nothing
	drawn time.Time
}

func (a *app) newTicker() *ticker {
	if !isTerminal(a.Err) || a.json || a.quiet {
		return &ticker{}
	}
	return &ticker{out: a.Err}
}

// show replaces the line, from its start to its end (ECMA-48, CR and EL).
func (t *ticker) show(text func() string) {
	if t.out != nil && time.Since(t.drawn) >= redrawEvery {
		fmt.Fprint(t.out, "\r\x1b[K  "+text())
		t.drawn = time.Now()
	}
}

// end takes the line away.
func (t *ticker) end() {
	if t.out != nil {
		fmt.Fprint(t.out, "\r\x1b[K")
	}
}
