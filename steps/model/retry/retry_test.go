package retry_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/limit"
	"sftrun.local/steps/model/retry"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A service meets requests with one error after the other, then answers. It knows when it was asked.
type service struct {
	errors []error
	asked  []time.Duration // since the first time
	began  time.Time
}

func (s *service) Generate(context.Context, model.Request) (model.Answer, model.Provenance, error) {
	if s.asked == nil {
		s.began = time.Now()
	}
	s.asked = append(s.asked, time.Since(s.began))
	if n := len(s.asked); n <= len(s.errors) {
		return model.Answer{Usage: model.Usage{In: 10}}, model.Provenance{CostUSD: 0.25}, s.errors[n-1]
	}
	return model.Answer{Text: "well", Finish: "STOP", Usage: model.Usage{In: 10, Out: 5}}, model.Provenance{CostUSD: 1}, nil
}

func always(r model.Retry) func(model.Settings) model.Retry {
	return func(model.Settings) model.Retry { return r }
}

// ask asks a service through a limiter, as it is done outside of tests.
func ask(s *service, r model.Retry) (model.Answer, model.Provenance, error) {
	l := limit.New(model.Limits{})
	return retry.Client(l.Client(s), always(r)).Generate(context.Background(), model.Request{Model: model.Settings{Name: "m"}, User: "u"})
}

func lasting(n int, err error) []error {
	all := make([]error, n)
	for i := range all {
		all[i] = err
	}
	return all
}

// Waits double up to the longest, and each is at least half of what it may be.
func TestTroubleIsTriedAgainAfterLongerAndLongerPauses(t *testing.T) {
	for _, class := range []model.TroubleClass{model.Overloaded, model.Lost} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{errors: lasting(6, &model.Trouble{Class: class})}
			a, from, err := ask(s, model.Retry{Tries: 7, FirstWait: 2, LongestWait: 20})
			if err != nil || a.Text != "well" || len(s.asked) != 7 {
				t.Fatalf("%+v, %v after %d tries", a, err, len(s.asked))
			}
			if a.Usage.In != 70 || a.Usage.Out != 5 || from.CostUSD != 2.5 {
				t.Errorf("%+v for $%v: what the tries before were billed is missing", a.Usage, from.CostUSD)
			}
			for i, most := range []time.Duration{2, 4, 8, 16, 20, 20} {
				if wait := s.asked[i+1] - s.asked[i]; wait < most*time.Second/2 || wait > most*time.Second {
					t.Errorf("pause %d took %v, want a half to the whole of %ds", i+1, wait, most)
				}
			}
		})
	}
}

func TestAfterTheLastTryTheRequestIsRefusedForNow(t *testing.T) {
	for tries, want := range map[int]string{0: "asked 3 times, at last: 503", 1: "asked once, at last: 503", 5: "asked 5 times, at last: 503"} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{errors: lasting(100, &model.Trouble{Class: model.Overloaded, Detail: "503"})}
			a, from, err := ask(s, model.Retry{Tries: tries})
			var r *steps.Refusal
			if !errors.As(err, &r) || !r.Transient || r.Reason != "overloaded" || r.Detail != want {
				t.Errorf("got %v, want %s", err, want)
			}
			if n := len(s.asked); a.Usage.In != 10*n || from.CostUSD != 0.25*float64(n) {
				t.Errorf("%d tries, billed %+v, $%v", n, a.Usage, from.CostUSD)
			}
		})
	}
}

// However often a quota of the minute was spent, the tries are left for real trouble. Each time the request waits at
// the limiter for as long as the service asked.
func TestWaitingForAQuotaIsNoTry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		full := &model.Trouble{Class: model.MinuteQuota, Wait: 20 * time.Second}
		s := &service{errors: append(lasting(25, full), &model.Trouble{Class: model.Lost}, full)}
		a, _, err := ask(s, model.Retry{Tries: 2, LongestWait: 5})
		if err != nil || a.Text != "well" {
			t.Fatalf("%+v, %v", a, err)
		}
		for i := range 25 {
			if wait := s.asked[i+1] - s.asked[i]; wait < 20*time.Second {
				t.Errorf("asked again after %v, and the service wanted 20s", wait)
			}
		}
	})
}

// A service that takes nothing for half an hour is given up.
func TestAQuotaThatNeverComesEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &service{errors: lasting(1000, &model.Trouble{Class: model.MinuteQuota, Wait: time.Minute})}
		_, _, err := ask(s, model.Retry{})
		var starved *limit.Starved
		if !errors.As(err, &starved) || s.asked[len(s.asked)-1] < 30*time.Minute {
			t.Errorf("%v after %v", err, s.asked[len(s.asked)-1])
		}
	})
}

func TestASpentDayEndsAllAndSaysUntilWhen(t *testing.T) {
	reset := time.Now().Add(5 * time.Hour)
	s := &service{errors: lasting(9, &model.Trouble{Class: model.DayQuota, Reset: reset, Detail: "PerDay"})}
	_, _, err := ask(s, model.Retry{})
	var spent *model.Spent
	var refusal *steps.Refusal
	if !errors.As(err, &spent) || errors.As(err, &refusal) || len(s.asked) != 1 {
		t.Fatalf("%v after %d tries: want an end of everything", err, len(s.asked))
	}
	if want := reset.Local().Format("Mon 2 Jan 15:04"); !strings.Contains(err.Error(), want) {
		t.Errorf("%v: it does not say %s", err, want)
	}
}

func TestOtherErrorsAreNotTriedAgain(t *testing.T) {
	for _, want := range []error{errors.New("the key is not accepted"), &steps.Refusal{Reason: "SAFETY"}} {
		s := &service{errors: lasting(9, want)}
		if _, _, err := ask(s, model.Retry{}); !errors.Is(err, want) || len(s.asked) != 1 {
			t.Errorf("%v after %d tries", err, len(s.asked))
		}
	}
}

// A service that names a time is left alone for it, but not for a day.
func TestATimeThatIsNamedIsKept(t *testing.T) {
	for asked, want := range map[time.Duration]time.Duration{time.Minute: time.Minute, 24 * time.Hour: 10 * time.Minute} {
		synctest.Test(t, func(t *testing.T) {
			s := &service{errors: lasting(1, &model.Trouble{Class: model.Overloaded, Wait: asked})}
			if _, _, err := ask(s, model.Retry{}); err != nil || s.asked[1] != want {
				t.Errorf("asked again after %v, %v; want %v", s.asked, err, want)
			}
		})
	}
}

func TestAPauseEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		why := errors.New("stopped")
		ctx, cancel := context.WithCancelCause(t.Context())
		s := &service{errors: lasting(9, &model.Trouble{Class: model.Overloaded, Wait: time.Hour})}
		time.AfterFunc(time.Second, func() { cancel(why) })
		_, _, err := retry.Client(s, always(model.Retry{})).Generate(ctx, model.Request{})
		if !errors.Is(err, why) || len(s.asked) != 1 || time.Since(s.began) != time.Second {
			t.Errorf("%v after %d tries and %v", err, len(s.asked), time.Since(s.began))
		}
	})
}
