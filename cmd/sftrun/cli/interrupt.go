package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interruptible gives a channel that is closed by the first Ctrl-C, and a context that ends with the second. done
// gives Ctrl-C its usual meaning back.
func (p *project) interruptible(ctx context.Context) (_ context.Context, stop <-chan struct{}, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	stopped := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
			fmt.Fprintln(p.Err, "Stopping: what is under way is finished and kept.  Ctrl-C again ends it at once.")
			close(stopped)
		case <-ctx.Done():
			return
		}
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, stopped, func() {
		signal.Stop(signals)
		cancel()
		<-ended
	}
}
