package batch_test

import (
	"math"
	"testing"

	"sftrun.local/steps/model/batch"
)

func TestQuestionsAreAnsweredInJobs(t *testing.T) {
	w := newWorld(t)
	g := w.machine(func(o *batch.Options) { o.Requests = 30 })
	if err := w.send(t.Context(), g, questions(0, 100)); err != nil {
		t.Fatal(err)
	}
	w.wantAnswers(g, 0, 100)
	w.wantPaidOnce(g)
	jobs := w.jobs(g)
	usd := 0.0
	for _, j := range jobs {
		usd += j.Outcome.USD
		if j.Open() || j.Outcome.State != "SUCCEEDED" || j.Outcome.Answered != j.Requests {
			t.Errorf("%+v", j)
		}
	}
	bill := w.server.Bill()
	if len(jobs) != 4 || bill.Batch.Requests != 100 || bill.Sync.Requests > 0 || math.Abs(usd-bill.USD()) > 1e-9 {
		t.Errorf("%d jobs, $%v of %+v", len(jobs), usd, bill)
	}
	if inRun, _, err := g.Spent(t.Context(), "r"); err != nil || math.Abs(inRun-usd) > 1e-9 {
		t.Errorf("$%v spent in the run, %v", inRun, err)
	}
	if len(w.sent) != 100 {
		t.Errorf("%d were told of", len(w.sent))
	}
}

func TestNothingIsAskedTwice(t *testing.T) {
	w := newWorld(t)
	for range 2 {
		g := w.machine() // which knows only the bucket
		if err := w.send(t.Context(), g, questions(0, 20)); err != nil {
			t.Fatal(err)
		}
		w.wantAnswers(g, 0, 20)
	}
	if n := w.server.Bill().Batch.Requests; n != 20 {
		t.Errorf("%d requests were billed", n)
	}
}
