package batch_test

import (
	"errors"
	"slices"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A job answers what lies in another job, what nobody asked, the same thing twice in different words, nothing at all under
// some keys, and in the wrong order. An answer goes to its key or to nobody. What may be in the line of nonsense is not
// asked again before the user says so.
func TestAnswersAreJoinedByKeyAlone(t *testing.T) {
	s := newService(t)
	s.results = func(j model.Job, keys []string) (list []model.Result) {
		if j.ID != "batches/1" {
			for _, k := range keys {
				list = append(list, answerTo(k))
			}
			return list
		}
		wrong := func(key string) model.Result {
			r := answerTo(key)
			r.Answer.Text = "of somebody else"
			return r
		}
		list = append(list, wrong(other(keys)), wrong(ask(99).Key()), wrong(""), wrong("batch-3"), model.Result{Err: errors.New("a line of nonsense")})
		for _, k := range slices.Backward(keys[1:]) {
			list = append(list, answerTo(k), wrong(k))
		}
		return list
	}
	g := s.machine(model.Budget{}, perJob(5))
	if err := send(t.Context(), g, 0, 10); err != nil {
		t.Fatal(err)
	}
	if n := counts(count(t, g, 0, 10)); n != "9 answered, 1 in doubt" {
		t.Error(n)
	}
	jobs, err := g.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, j := range jobs {
		if j.Open() {
			if err := g.GiveUpJob(t.Context(), j, "by hand"); err != nil {
				t.Fatal(err)
			}
		}
	}
	g = s.machine(model.Budget{}, perJob(5))
	if err := send(t.Context(), g, 0, 10); err != nil {
		t.Fatal(err)
	}
	s.wantAnswers(g, 0, 10)
	if state, _, _ := stands(t, g, ask(99)); state != "pending" {
		t.Errorf("what nobody asked is %s", state)
	}
}

// other is the key of a question that is asked, in another job.
func other(keys []string) string {
	for i := 0; ; i++ {
		if k := ask(i).Key(); !slices.Contains(keys, k) {
			return k
		}
	}
}

// A row that failed for good is settled, one that failed in passing is asked again, and what it cost is in the books.
func TestRowsThatFail(t *testing.T) {
	s := newService(t)
	refused := func(key string, passes bool) model.Result {
		r := answerTo(key)
		r.Answer.Text, r.Err = "", &steps.Refusal{Reason: "no", Transient: passes}
		return r
	}
	s.results = func(j model.Job, keys []string) (list []model.Result) {
		for i, k := range keys {
			switch {
			case i == 0 && j.ID == "batches/1":
				list = append(list, refused(k, false))
			case i == 1 && j.ID == "batches/1":
				list = append(list, refused(k, true))
			default:
				list = append(list, answerTo(k))
			}
		}
		return list
	}
	g := s.machine(model.Budget{})
	if err := send(t.Context(), g, 0, 5); err != nil {
		t.Fatal(err)
	}
	if state, _, _ := stands(t, g, ask(0)); state != "no" {
		t.Errorf("question 0 is %s", state)
	}
	s.wantAnswers(g, 1, 5)
	sums, err := g.Sums(t.Context())
	if err != nil || len(sums) != 1 || sums[0].Answered != 4 || sums[0].Refused != 1 || sums[0].Failed != 1 || sums[0].In != 60 {
		t.Errorf("%+v, %v", sums, err)
	}
}
