package ranges

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"
)

// watch ends a request that brings nothing for too long. Its time runs from newWatch on, and while something is read.
type watch struct {
	ctx    context.Context
	cancel context.CancelCauseFunc
	timer  *time.Timer
	most   time.Duration
}

var errStalled = errors.New("no byte came")

func newWatch(ctx context.Context, most time.Duration) *watch {
	ctx, cancel := context.WithCancelCause(ctx)
	return &watch{ctx, cancel, time.AfterFunc(most, func() { cancel(errStalled) }), most}
}

// pause stops the time while nobody reads.
func (w *watch) pause() { w.timer.Stop() }

func (w *watch) stop() {
	w.timer.Stop()
	w.cancel(context.Canceled)
}

// name says of an error that it is the watch's doing, if it is.
func (w *watch) name(err error) error {
	if err != nil && context.Cause(w.ctx) == errStalled {
		return &Passing{Text: fmt.Sprintf("no byte came for %s", w.most)}
	}
	return err
}

// of starts the time anew with each read of a body.
func (w *watch) of(r io.Reader) io.Reader { return watched{w, r} }

type watched struct {
	w *watch
	r io.Reader
}

func (r watched) Read(p []byte) (int, error) {
	r.w.timer.Reset(r.w.most)
	return r.r.Read(p)
}
