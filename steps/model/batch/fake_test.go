package batch_test

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"iter"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/ledger"
)

// A service is one that has jobs, in memory. A job ends when it is asked for the second time. Whatever is set below
// happens instead.
type service struct {
	t       testing.TB
	bucket  ledger.Bucket
	account string

	create  func(n int) error // after the n-th job was created, from 1
	results func(j model.Job, keys []string) []model.Result
	state   func(*fakeJob) model.JobState
	upload  func(n int) error    // instead of the n-th upload, from 1, if it returns an error
	get     func(*fakeJob) error // instead of telling of a job, if it returns an error
	called  func(n int)          // at the n-th call, of whatever kind

	mu    sync.Mutex
	now   time.Time
	calls int
	files map[string][]string
	made  int
	sent  int // uploads
	jobs  []*fakeJob
}

type fakeJob struct {
	model.Job
	keys  []string
	looks int
}

func newService(t testing.TB) *service {
	return &service{t: t, account: "key 1", now: time.Now(), files: map[string][]string{}, bucket: store.NewDir(filepath.Join(t.TempDir(), "bucket"))}
}

func (s *service) call() {
	s.mu.Lock()
	s.calls++
	n := s.calls
	s.mu.Unlock()
	if s.called != nil {
		s.called(n)
	}
}

func (s *service) Ready() error         { return nil }
func (s *service) Account() string      { return s.account }
func (s *service) Keeps() time.Duration { return 48 * time.Hour }

func (s *service) AppendLine(to []byte, r model.Request) ([]byte, error) {
	return append(append(to, r.Key()...), '\n'), nil
}

func (s *service) Upload(ctx context.Context, name string, file io.ReaderAt, size int64) (string, error) {
	s.call()
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	var keys []string
	for lines := bufio.NewScanner(io.NewSectionReader(file, 0, size)); lines.Scan(); {
		keys = append(keys, lines.Text())
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.sent++
	if s.upload != nil {
		if err := s.upload(s.sent); err != nil {
			return "", err
		}
	}
	s.files["files/"+name] = keys
	return "files/" + name, nil
}

func (s *service) Create(_ context.Context, m, name, file string) (model.Job, error) {
	s.call()
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made++
	n := s.made
	j := &fakeJob{Job: model.Job{ID: fmt.Sprint("batches/", n), Name: name, Model: m, State: model.JobQueued, Word: "QUEUED", Created: s.now}, keys: s.files[file]}
	j.Requests, j.Rest = len(j.keys), j
	s.jobs = append(s.jobs, j)
	if s.create != nil {
		if err := s.create(n); err != nil {
			return model.Job{}, err
		}
	}
	return j.Job, nil
}

func (s *service) Get(ctx context.Context, id string) (model.Job, error) {
	s.call()
	s.mu.Lock()
	defer s.mu.Unlock()
	if ctx.Err() != nil {
		return model.Job{}, context.Cause(ctx)
	}
	for _, j := range s.jobs {
		if j.ID != id {
			continue
		}
		if s.get != nil {
			if err := s.get(j); err != nil {
				return model.Job{}, err
			}
		}
		if j.looks++; j.looks > 1 && !j.State.Ended() {
			j.State, j.Word, j.Output, j.Ended = model.JobSucceeded, "SUCCEEDED", true, s.now
			if s.state != nil {
				j.State = s.state(j)
			}
		}
		return j.Job, nil
	}
	return model.Job{}, model.ErrNoJob
}

func (s *service) Find(ctx context.Context, name string) (found []model.Job, err error) {
	s.call()
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, j := range s.jobs {
		if j.Name == name {
			found = append(found, j.Job)
		}
	}
	return found, ctx.Err()
}

func (s *service) Results(ctx context.Context, j model.Job) iter.Seq2[model.Result, error] {
	s.call()
	keys := j.Rest.(*fakeJob).keys
	return func(yield func(model.Result, error) bool) {
		if ctx.Err() != nil {
			yield(model.Result{}, context.Cause(ctx))
			return
		}
		if s.results != nil {
			for _, r := range s.results(j, keys) {
				if !yield(r, nil) {
					return
				}
			}
			return
		}
		for _, k := range keys {
			if !yield(answerTo(k), nil) {
				return
			}
		}
	}
}

func (s *service) Cancel(context.Context, string) error     { s.call(); return nil }
func (s *service) DeleteFile(context.Context, string) error { s.call(); return nil }

func answerTo(key string) model.Result {
	return model.Result{Key: key, Answer: model.Answer{Text: "re " + key, Finish: "STOP", Usage: model.Usage{In: 10, Out: 10}}, From: model.Provenance{Version: "v"}}
}

func (s *service) sleep(ctx context.Context, d time.Duration) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.now = s.now.Add(d)
	return ctx.Err()
}

func (s *service) time() time.Time {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.now
}

// machine is one that has never seen the bucket.
func (s *service) machine(budget model.Budget, change ...func(*batch.Options)) *batch.Gateway {
	s.t.Helper()
	g := model.New(model.Options{Bucket: s.bucket, Budget: budget, Warn: func(err error) { s.t.Errorf("warned: %v", err) }})
	s.t.Cleanup(func() { g.Close() })
	o := batch.Options{
		Jobs:     func(string) (model.Jobs, error) { return s, nil },
		Delivery: func(model.Settings) model.Delivery { return model.Delivery{Batch: true} },
		Folder:   s.t.TempDir(), Now: s.time, Sleep: s.sleep,
	}
	for _, f := range change {
		f(&o)
	}
	return batch.New(g, o)
}

// wantAnswers checks that all questions are answered, each by its own key.
func (s *service) wantAnswers(g *batch.Gateway, from, to int) {
	s.t.Helper()
	for i := from; i < to; i++ {
		if state, a, _ := stands(s.t, g, ask(i)); state != "answered" || a.Text != "re "+ask(i).Key() {
			s.t.Errorf("question %d is %s: %q", i, state, a.Text)
		}
	}
}

// wantOnce checks that no request was in two jobs.
func (s *service) wantOnce() {
	s.t.Helper()
	seen := map[string]string{}
	for _, j := range s.jobs {
		for _, k := range j.keys {
			if seen[k] != "" {
				s.t.Errorf("%s is in %s and in %s", k, seen[k], j.ID)
			}
			seen[k] = j.ID
		}
	}
}

func perJob(n int) func(*batch.Options) { return func(o *batch.Options) { o.Requests = n } }

func send(ctx context.Context, g *batch.Gateway, from, to int) error {
	return g.Send(ctx, questions(from, to), steps.Sending{Run: "r", Step: "s"})
}

func openOf(jobs []ledger.Job) (n int) {
	for _, j := range jobs {
		if j.Open() {
			n++
		}
	}
	return n
}

// A client answers one request at a time.
type client struct{}

func (*client) Generate(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	a := answerTo(r.Key())
	return a.Answer, a.From, nil
}
