package cli

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"syscall"
)

// interruptible gives a channel that is closed by the first Ctrl-C, which is said while nothing else is written, and a
// context that ends with the second. A reader of the output that goes away ends nothing. done gives all signals their
// usual meaning back.
func (p *project) interruptible(ctx context.Context, pause func(func())) (_ context.Context, stop <-chan struct{}, done func()) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	closedPipes := make(chan os.Signal, 1) // nobody takes from it: to be asked for is enough for the signal not to kill
	signal.Notify(closedPipes, syscall.SIGPIPE)
	stopped := make(chan struct{})
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		select {
		case <-signals:
			pause(func() {
				fmt.Fprintln(p.Err, "Stopping: what is under way is finished and kept.  Ctrl-C again ends it at once.")
			})
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
		signal.Stop(closedPipes)
		cancel()
		<-ended
	}
}
