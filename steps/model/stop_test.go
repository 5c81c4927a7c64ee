package model_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

func TestStoppingKeepsWhatArrives(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	const workers = 4
	ctx, stop := context.WithCancel(t.Context())
	noticed := make(chan struct{})
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		stop()
		<-noticed
		if ctx.Err() != nil {
			t.Error("a call that is under way was cut off")
		}
		return echo(ctx, r)
	}
	untilNoticed := func(yield func(steps.Question, error) bool) {
		defer close(noticed)
		questions(t, "gemini", 0, 1000)(yield)
	}
	g := here.open(t, both(f))
	err := g.Send(ctx, untilNoticed, steps.Sending{Workers: workers})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
	kept := 0
	again := here.open(t, nil)
	for i := range 1000 {
		if _, err := again.Lookup(t.Context(), question(t, ask("gemini", i))); err == nil {
			kept++
		}
	}
	if kept == 0 || kept != f.calls() || kept > workers {
		t.Errorf("%d answers kept of %d billed", kept, f.calls())
	}
}

// creating is a bucket that calls before ahead of each creation; an error of it stops the creation.
type creating struct {
	*store.Dir
	before func() error
}

func (c creating) Create(ctx context.Context, name string, data []byte) error {
	if err := c.before(); err != nil {
		return err
	}
	return c.Dir.Create(ctx, name, data)
}

func TestNoCallBeginsAfterTheStop(t *testing.T) {
	f := newFake()
	ctx, stop := context.WithCancel(t.Context())
	bucket := creating{store.NewDir(t.TempDir()), func() error { stop(); return nil }}
	g := model.New(model.Options{Bucket: bucket, Clients: both(f)})
	defer g.Close()
	told := 0
	sending := steps.Sending{Sent: func(steps.Sent) { told++ }}
	if err := g.Send(ctx, questions(t, "gemini", 0, 1), sending); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v, want that the context ended", err)
	}
	if n, err := g.InDoubt(t.Context()); f.calls() != 0 || told != 0 || n != 0 || err != nil {
		t.Errorf("%d calls, %d told, %d in doubt, %v; want none: the stop came while the intent was stored", f.calls(), told, n, err)
	}
	send(t, g, questions(t, "gemini", 0, 1))
	wantReply(t, g, ask("gemini", 0))
}

func TestFatalErrorsEndSendingAndKeepAnswers(t *testing.T) {
	broken := errors.New("API key is not valid")
	f := newFake()
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		if r.User == "q20" {
			return model.Answer{}, model.Provenance{}, broken
		}
		return echo(ctx, r)
	}
	g := place{t.TempDir()}.open(t, both(f))
	err := g.Send(t.Context(), questions(t, "gemini", 0, 1000), steps.Sending{Workers: 1})
	if !errors.Is(err, broken) || f.calls() != 21 {
		t.Fatalf("%d calls, %v", f.calls(), err)
	}
	for i := range 20 {
		wantReply(t, g, ask("gemini", i))
	}
	if n, err := g.InDoubt(t.Context()); n != 1 || err != nil {
		t.Errorf("%d in doubt, %v; want the one that failed", n, err)
	}
}

// With one worker, the first creation holds the intent of the first call, the second its answer, and the third and fourth are
// further tries.
func TestAnswersThatCannotBeStored(t *testing.T) {
	full := errors.New("disk is full")
	for _, c := range []struct {
		failing []int
		want    string
		calls   int
		kept    bool
	}{
		{[]int{1}, "disk is full", 0, false},
		{[]int{2}, "disk is full", 1, true},
		{[]int{2, 3}, "disk is full", 1, true},
		{[]int{2, 3, 4}, "1 answers could not be stored and are lost", 1, false},
	} {
		f, creations := newFake(), 0
		bucket := creating{store.NewDir(t.TempDir()), func() error {
			if creations++; slices.Contains(c.failing, creations) {
				return full
			}
			return nil
		}}
		g := model.New(model.Options{Bucket: bucket, Clients: both(f)})
		err := g.Send(t.Context(), questions(t, "gemini", 0, 1000), steps.Sending{Workers: 1})
		if !errors.Is(err, full) || !strings.Contains(err.Error(), c.want) || f.calls() != c.calls {
			t.Errorf("creations %v fail: %d calls, %v; want %d and %q", c.failing, f.calls(), err, c.calls, c.want)
		}
		if c.kept {
			wantReply(t, g, ask("gemini", 0))
		}
		if err := g.Close(); err != nil {
			t.Error(err)
		}
	}
}

// What is to be paid for is sent only with leave. Without it nothing is sent, nothing is in doubt, and the next sending asks.
func TestNothingIsPaidForWithoutLeave(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	lost := errors.New("the turn was lost")
	leave := 3
	g := model.New(model.Options{Bucket: store.NewDir(here.root), Clients: both(f), Admit: func() error {
		if leave--; leave < 0 {
			return lost
		}
		return nil
	}})
	defer g.Close()
	if err := g.Send(t.Context(), questions(t, "gemini", 0, 5), steps.Sending{Workers: 1}); !errors.Is(err, lost) {
		t.Errorf("got %v", err)
	}
	if n, err := g.InDoubt(t.Context()); f.calls() != 3 || n != 0 || err != nil {
		t.Errorf("%d calls, %d in doubt, %v; want 3 calls", f.calls(), n, err)
	}
	if err := g.Send(t.Context(), questions(t, "offline", 0, 5), steps.Sending{}); err != nil {
		t.Errorf("what costs nothing needs leave: %v", err)
	}
}
