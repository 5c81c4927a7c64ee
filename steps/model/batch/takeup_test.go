package batch_test

import (
	"context"
	"errors"
	"slices"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/ledger"
)

// An apply is stopped at each call to the service in turn. Another machine goes on, and no request is ever in two jobs.
func TestStoppedAnywhereAndTakenUpElsewhere(t *testing.T) {
	for stop := 1; ; stop++ {
		s := newService(t)
		ctx, cancel := context.WithCancel(t.Context())
		s.called = func(n int) {
			if n == stop {
				cancel()
			}
		}
		err := send(ctx, s.machine(model.Budget{}, perJob(4)), 0, 10)
		if (err == nil) != (ctx.Err() == nil) && s.calls < stop {
			t.Errorf("stopped at call %d: %v", stop, err)
		}
		over := s.calls < stop
		cancel()
		s.called = nil
		g := s.machine(model.Budget{}, perJob(4))
		if err := send(t.Context(), g, 0, 12); err != nil {
			t.Fatalf("stopped at call %d: %v", stop, err)
		}
		s.wantAnswers(g, 0, 12)
		s.wantOnce()
		if jobs, err := g.List(t.Context()); err != nil || openOf(jobs) > 0 {
			t.Errorf("stopped at call %d: %d jobs are open, %v", stop, openOf(jobs), err)
		}
		if over {
			break
		}
	}
}

// Replies to creations get lost. The jobs are found by their names, by this process or the next, and never made twice.
func TestLostRepliesToCreations(t *testing.T) {
	s := newService(t)
	s.create = func(int) error { return &model.Trouble{Class: model.Lost, Detail: "the connection broke"} }
	g := s.machine(model.Budget{}, perJob(3))
	if err := send(t.Context(), g, 0, 10); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 10)
	s.wantOnce()
}

// A job that was lost from the service is not made again until the user says so.
func TestAJobThatTheServiceLost(t *testing.T) {
	s := newService(t)
	if err := send(t.Context(), s.machine(model.Budget{}, noWait), 0, 3); !errors.Is(err, steps.ErrLater) {
		t.Fatal(err)
	}
	kept := s.jobs
	s.jobs = nil
	for range 2 {
		g := s.machine(model.Budget{})
		if err := send(t.Context(), g, 0, 4); err != nil {
			t.Fatal(err)
		}
		if n := counts(count(t, g, 0, 4)); n != "1 answered, 3 in doubt" {
			t.Error(n)
		}
	}
	g := s.machine(model.Budget{})
	jobs, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	lost := slices.IndexFunc(jobs, ledger.Job.Open)
	if err := g.GiveUpJob(t.Context(), jobs[lost], "by hand"); err != nil {
		t.Fatal(err)
	}
	if err := send(t.Context(), g, 0, 4); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 4)

	// It turns up after all: its answers are taken in when the user says so, and are in the books.
	s.jobs = append(s.jobs, kept...)
	if _, err := g.Confirm(t.Context(), jobs[lost], ""); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if err := g.TakeIn(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if sums, err := g.Sums(t.Context()); err != nil || sums[0].Answered != 7 {
		t.Errorf("%+v, %v", sums, err)
	}
}

func TestNoWaitSubmitsAndLeaves(t *testing.T) {
	s := newService(t)
	g := s.machine(model.Budget{}, perJob(2), noWait)
	if err := send(t.Context(), g, 0, 6); !errors.Is(err, steps.ErrLater) || len(s.jobs) != 3 {
		t.Fatalf("%d jobs, %v", len(s.jobs), err)
	}
	if n := counts(count(t, g, 0, 6)); n != "6 pending" {
		t.Error(n)
	}
	if q, err := g.Quote(question(ask(0))); err != nil || q.Free {
		t.Errorf("%+v, %v before it is known what is open", q, err)
	}
	g = s.machine(model.Budget{}, noWait)
	count(t, g, 0, 6)
	if q, err := g.Quote(question(ask(0))); err != nil || !q.Free || !q.Sent {
		t.Errorf("%+v, %v", q, err)
	}
	if err := send(t.Context(), g, 0, 6); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 6)
	s.wantOnce()
}

// With another key, jobs are neither seen nor made again.
func TestAnotherKey(t *testing.T) {
	s := newService(t)
	if err := send(t.Context(), s.machine(model.Budget{}, noWait), 0, 3); !errors.Is(err, steps.ErrLater) {
		t.Fatal(err)
	}
	kept := s.jobs
	s.jobs, s.account = nil, "key 2"
	g := s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 3); err != nil {
		t.Fatal(err)
	}
	if n := counts(count(t, g, 0, 3)); n != "3 in doubt" || len(s.jobs) > 0 {
		t.Errorf("%s, %d jobs", n, len(s.jobs))
	}
	s.jobs, s.account = kept, "key 1"
	g = s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 3); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 3)
	s.wantOnce()
}

// A job that somebody else made is taken over if it answers what is asked, and refused if it does not.
func TestForeignJobs(t *testing.T) {
	s := newService(t)
	theirs := newService(t) // another ledger
	theirs.t, theirs.files = t, s.files
	if err := send(t.Context(), theirs.machine(model.Budget{}, noWait), 0, 5); !errors.Is(err, steps.ErrLater) {
		t.Fatal(err)
	}
	s.jobs, s.made = theirs.jobs, theirs.made
	adopting := func(o *batch.Options) { o.Adopt = []string{"batches/1"} }
	if err := send(t.Context(), s.machine(model.Budget{}, adopting), 10, 12); err == nil {
		t.Error("a job was taken over that answers nothing")
	}
	g := s.machine(model.Budget{}, adopting)
	if err := send(t.Context(), g, 2, 8); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 2, 8)
	s.wantOnce()
}

func noWait(o *batch.Options) { o.NoWait = true }
