package batch_test

import (
	"context"
	"errors"
	"iter"
	"strings"
	"testing"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/ledger"
)

// listen collects what users are told of jobs.
func listen(into *[]string) func(*batch.Options) {
	return func(o *batch.Options) {
		o.Tell = func(e batch.Event) {
			if e.Note != "" {
				*into = append(*into, e.Note)
			}
		}
	}
}

// A job ends without success and shows no output, though the service says that it answered something. That was billed, so
// it is not asked again; when the output turns up it is taken in.
func TestAnEndWithoutOutputThatWasBilled(t *testing.T) {
	for _, state := range []model.JobState{model.JobExpired, model.JobCancelled, model.JobFailed, model.JobPartly} {
		s := newService(t)
		s.state = func(j *fakeJob) model.JobState {
			j.Output, j.Succeeded = false, 3
			return state
		}
		g := s.machine(model.Budget{})
		if err := send(t.Context(), g, 0, 3); err != nil {
			t.Fatal(err)
		}
		if n := counts(count(t, g, 0, 3)); n != "3 in doubt" {
			t.Errorf("state %d: %s", state, n)
		}
		s.jobs[0].Output = true
		g = s.machine(model.Budget{})
		if err := send(t.Context(), g, 0, 3); err != nil {
			t.Fatal(err)
		}
		s.wantAnswers(g, 0, 3)
		s.wantOnce()
	}
}

// An output ends early, and nothing about it tells but the service's own count. It is read again until it is whole; if it
// never is, what is not there is left to the user.
func TestAnOutputThatIsShort(t *testing.T) {
	for short, want := range map[int]string{1: "8 answered", 2: "8 answered", 1000: "5 answered, 3 in doubt"} {
		s := newService(t)
		reads := 0
		s.state = func(j *fakeJob) model.JobState {
			j.Succeeded = len(j.keys)
			return model.JobSucceeded
		}
		s.results = func(_ model.Job, keys []string) (list []model.Result) {
			if reads++; reads <= short {
				keys = keys[:5]
			}
			for _, k := range keys {
				list = append(list, answerTo(k))
			}
			return list
		}
		g := s.machine(model.Budget{})
		if err := send(t.Context(), g, 0, 8); err != nil {
			t.Fatal(err)
		}
		if n := counts(count(t, g, 0, 8)); n != want {
			t.Errorf("short %d times: %s, want %s", short, n, want)
		}
		s.wantOnce()
	}
}

// All jobs that may be under way at once are refused at once, and then some more. No request fails for it.
func TestABurstOfRefusals(t *testing.T) {
	s := newService(t)
	refusals := 0
	s.create = func(int) error {
		if refusals++; refusals > 28 {
			return nil
		}
		s.jobs = s.jobs[:len(s.jobs)-1]
		return &model.Trouble{Class: model.MinuteQuota}
	}
	g := s.machine(model.Budget{}, perJob(2))
	if err := send(t.Context(), g, 0, 60); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 60)
	s.wantOnce()
}

// Uploads fail for a while. That is waited for; it uses up no try, and jobs do not become smaller for it.
func TestUploadsThatFailForAWhile(t *testing.T) {
	s := newService(t)
	s.upload = func(n int) error {
		if n <= 8 {
			return &model.Trouble{Class: model.Overloaded, Detail: "503"}
		}
		return nil
	}
	var notes []string
	g := s.machine(model.Budget{}, listen(&notes))
	if err := send(t.Context(), g, 0, 10); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 10)
	if len(s.jobs) != 1 || !strings.Contains(strings.Join(notes, "\n"), "would not take the requests of a batch job (overloaded: 503)") {
		t.Errorf("%d jobs; told %q", len(s.jobs), notes)
	}
}

// A service that says nothing of a job any more is asked for a long time, and the user is told of that once.
func TestAServiceThatSaysNothing(t *testing.T) {
	s := newService(t)
	s.get = func(*fakeJob) error { return &model.Trouble{Class: model.Overloaded, Wait: 7 * time.Minute} }
	began := s.now
	var notes []string
	g := s.machine(model.Budget{}, listen(&notes))
	if err := send(t.Context(), g, 0, 3); err != nil {
		t.Fatal(err)
	}
	if n := counts(count(t, g, 0, 3)); n != "3 in doubt" {
		t.Error(n)
	}
	if s.now.Sub(began) < 50*time.Hour || s.calls > 500 || len(notes) != 2 {
		t.Errorf("after %s and %d calls, told %q", s.now.Sub(began), s.calls, notes)
	}
	s.get = nil
	g = s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 3); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 3)
	s.wantOnce()
}

// A brittle bucket takes nothing once, when it is broken.
type brittle struct {
	ledger.Bucket
	broken bool
}

func (b *brittle) Create(ctx context.Context, name string, data []byte) error {
	if b.broken {
		b.broken = false
		return errors.New("no room")
	}
	return b.Bucket.Create(ctx, name, data)
}

// A job is refused, and that cannot be entered. As far as anybody can know later it may exist, so nothing else is made in
// its place by this process.
func TestARefusalThatCannotBeEntered(t *testing.T) {
	s := newService(t)
	bucket := &brittle{Bucket: s.bucket}
	s.bucket = bucket
	s.create = func(int) error {
		s.jobs, bucket.broken = s.jobs[:len(s.jobs)-1], true
		return &model.Trouble{Class: model.MinuteQuota}
	}
	if err := send(t.Context(), s.machine(model.Budget{}), 0, 3); err == nil || !strings.Contains(err.Error(), "no room") {
		t.Errorf("got %v", err)
	}
	if s.made != 1 {
		t.Errorf("%d jobs were made", s.made)
	}
}

// What an open job may cost counts against the budget while nobody knows what it did cost, also when nothing of it is
// asked now.
func TestOpenJobsCountAgainstTheBudget(t *testing.T) {
	s := newService(t)
	s.state = func(*fakeJob) model.JobState { return model.JobRunning }
	if err := send(t.Context(), s.machine(model.Budget{InAll: new(9.0)}, noWait), 0, 30); !errors.Is(err, steps.ErrLater) {
		t.Fatal(err)
	}
	g := s.machine(model.Budget{InAll: new(9.0)}, noWait)
	var over *model.OverBudget
	if err := send(t.Context(), g, 30, 90); !errors.As(err, &over) && !errors.Is(err, steps.ErrLater) {
		t.Fatal(err)
	}
	worst := 0.0
	jobs, err := g.List(t.Context())
	for _, j := range jobs {
		worst += j.Most
	}
	if err != nil || worst > 9 || worst < 4.5 {
		t.Errorf("open jobs may cost $%v, %v", worst, err)
	}
}

// Two sendings wait for each other's questions. Both leave for later.
func TestSendingsThatWaitForEachOther(t *testing.T) {
	s := newService(t)
	s.state = func(*fakeJob) model.JobState { return model.JobRunning }
	g := s.machine(model.Budget{}, noWait)
	took := [2]chan struct{}{make(chan struct{}), make(chan struct{})}
	both := func(own int) iter.Seq2[steps.Question, error] {
		return func(yield func(steps.Question, error) bool) {
			if !yield(question(ask(own)), nil) {
				return
			}
			close(took[own])
			<-took[1-own]
			yield(question(ask(1-own)), nil)
		}
	}
	ended := make(chan error, 2)
	for own := range 2 {
		go func() { ended <- g.Send(t.Context(), both(own), steps.Sending{Run: "r", Step: "s"}) }()
	}
	for range 2 {
		if err := <-ended; !errors.Is(err, steps.ErrLater) {
			t.Errorf("got %v", err)
		}
	}
}
