package batch_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/batch"
)

// flying is how many tokens are in jobs that have not ended, as the queue estimates them, and how many jobs that are.
func (s *service) flying() (tokens, jobs int) {
	for _, j := range s.jobs {
		if !j.State.Ended() {
			jobs++
			tokens += len(j.keys) * tokensOfOne
		}
	}
	return tokens, jobs
}

// tokensOfOne is at most what a question of ask is estimated at.
const tokensOfOne = 40

func TestNoMoreThanMayBeUnderWay(t *testing.T) {
	s := newService(t)
	mostTokens, mostJobs, sent := 0, 0, 0
	s.create = func(int) error { // s.mu is held
		tokens, jobs := s.flying()
		mostTokens, mostJobs = max(mostTokens, tokens), max(mostJobs, jobs)
		sent += len(s.jobs[len(s.jobs)-1].keys)
		return nil
	}
	s.state = func(*fakeJob) model.JobState { // a job takes until there is another beside it
		if _, others := s.flying(); others == 0 && sent < 40 {
			return model.JobRunning
		}
		return model.JobSucceeded
	}
	g := s.machine(model.Budget{}, func(o *batch.Options) {
		o.Requests, o.AtOnce = 2, 2
		o.Sleep = func(ctx context.Context, _ time.Duration) error {
			time.Sleep(time.Millisecond)
			return ctx.Err()
		}
		o.Delivery = func(model.Settings) model.Delivery {
			return model.Delivery{Batch: true, Limits: model.Limits{EnqueuedTokens: 5 * tokensOfOne}}
		}
	})
	if err := send(t.Context(), g, 0, 40); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 40)
	s.wantOnce()
	if mostTokens > 5*tokensOfOne || mostJobs != 2 {
		t.Errorf("%d tokens, %d jobs at once", mostTokens, mostJobs)
	}
}

// A service that will have few requests at a time gets them in ever smaller jobs, and no request fails for it.
func TestAServiceThatHasItsFill(t *testing.T) {
	s := newService(t)
	s.create = func(int) error {
		last := s.jobs[len(s.jobs)-1]
		if _, jobs := s.flying(); jobs <= 1 && len(last.keys) <= 10 {
			return nil
		}
		s.jobs = s.jobs[:len(s.jobs)-1]
		return &model.Trouble{Class: model.MinuteQuota}
	}
	g := s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 40); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 40)
	s.wantOnce()
}

// Jobs are no larger than can be paid for at worst. When nothing more can be, sending ends, and what was sent is kept.
func TestJobsKeepToTheBudget(t *testing.T) {
	s := newService(t)
	s.results = func(_ model.Job, keys []string) (list []model.Result) {
		for _, k := range keys {
			r := answerTo(k)
			r.Answer.Usage.Out = 20_000 // $0.18, and half of it in a job
			list = append(list, r)
		}
		return list
	}
	most := 3.0
	g := s.machine(model.Budget{PerApply: &most})
	err := send(t.Context(), g, 0, 60)
	var over *model.OverBudget
	if !errors.As(err, &over) {
		t.Fatalf("got %v", err)
	}
	inRun, _, err := g.Spent(t.Context(), "r")
	if err != nil || inRun > most || inRun < most/2 {
		t.Errorf("$%v spent, %v", inRun, err)
	}
	if n := count(t, g, 0, 60); n["answered"] == 0 || n["answered"]+n["pending"] != 60 {
		t.Errorf("%v", n)
	}
	s.wantOnce()
}

// What jobs leave open again and again is asked alone, if that is wanted, and else counts as failed for now.
func TestWhatJobsCannotAnswer(t *testing.T) {
	for _, alone := range []bool{false, true} {
		s := newService(t)
		s.state = func(*fakeJob) model.JobState { return model.JobFailed }
		s.results = func(model.Job, []string) []model.Result { return nil }
		asking := &client{}
		g := model.New(model.Options{Bucket: s.bucket, Clients: map[string]model.Client{"gemini": asking}})
		defer g.Close()
		b := batch.New(g, batch.Options{
			Jobs:     func(string) (model.Jobs, error) { return s, nil },
			Delivery: func(model.Settings) model.Delivery { return model.Delivery{Batch: true, ThenAlone: alone} },
			Folder:   t.TempDir(), Now: s.time, Sleep: s.sleep,
		})
		if err := send(t.Context(), b, 0, 8); err != nil {
			t.Fatal(err)
		}
		want := "8 no answer"
		if alone {
			want = "8 answered"
		}
		if n := counts(count(t, b, 0, 8)); n != want {
			t.Error(n)
		}
		var sizes []string
		for _, j := range s.jobs {
			sizes = append(sizes, strings.Repeat("|", len(j.keys)))
		}
		if len(s.jobs) != 1+4+8 {
			t.Errorf("jobs of %v requests", sizes)
		}
	}
}

// A quota of the day ends sending, and leaves nothing in doubt.
func TestTheQuotaOfTheDay(t *testing.T) {
	s := newService(t)
	s.create = func(int) error {
		s.jobs = s.jobs[:len(s.jobs)-1]
		return &model.Trouble{Class: model.DayQuota, Detail: "spent"}
	}
	g := s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 3); err == nil || !strings.Contains(err.Error(), "the daily quota of model ") {
		t.Errorf("got %v", err)
	}
	s.create = nil
	g = s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 3); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 3)
}
