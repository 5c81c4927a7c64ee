package lease

import (
	"context"
	"errors"
	"io/fs"
	"time"
)

// keep renews the lease until it is released or lost. It looks at the clocks every second, also while a renewal hangs.
func (l *Lease) keep() {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	done := make(chan error, 1)
	renewing, next := false, time.Now().Add(Every)
	var last error
	for l.left() > 0 {
		select {
		case <-l.ctx.Done():
			if renewing {
				<-done // it ends with the context
			}
			return
		case err := <-done:
			renewing, last = false, err
			if errors.Is(err, fs.ErrExist) {
				l.lose(l.lost(errors.New("another process has taken it over")))
				return
			}
			next = time.Now().Add(pauseAfter(err))
		case <-tick.C:
			if !renewing && !time.Now().Before(next) {
				renewing = true
				l.keeper.Go(func() { done <- l.write(l.ctx) })
			}
		}
	}
	l.lose(l.lost(last))
}

// pauseAfter a renewal: a failed one is soon tried again.
func pauseAfter(err error) time.Duration {
	if err != nil && !errors.Is(err, context.Canceled) {
		return time.Second
	}
	return Every
}
