package model_test

import (
	"context"
	"errors"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// dear is a question that may cost up to a dollar, by prices below.
func dear(i int) model.Request {
	r := ask("gemini", i)
	r.Model.MaxOutputTokens = 1_000_000
	return r
}

func dearOnes(t testing.TB, from, to int) func(func(steps.Question, error) bool) {
	return func(yield func(steps.Question, error) bool) {
		for i := from; i < to; i++ {
			if !yield(question(t, dear(i)), nil) {
				return
			}
		}
	}
}

var dollarEach = []model.Price{{Model: "m", In: 0, Out: 1}}

// costs answers after a while and bills so many dollars. It knows how many it was asked at once.
type costs struct {
	usd float64
	err error

	mu          sync.Mutex
	under, most int
	calls       int
}

func (c *costs) Generate(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	c.mu.Lock()
	c.calls++
	c.under++
	c.most = max(c.most, c.under)
	c.mu.Unlock()
	time.Sleep(time.Second)
	c.mu.Lock()
	defer c.mu.Unlock()
	c.under--
	return model.Answer{Text: "re", Finish: "STOP", Usage: model.Usage{Out: int(c.usd * 1e6)}}, model.Provenance{}, c.err
}

func within(t testing.TB, bucket *store.Dir, c model.Client, b model.Budget) *model.Gateway {
	g := model.New(model.Options{Bucket: bucket, Clients: map[string]model.Client{"gemini": c}, Prices: dollarEach, Budget: b, Concurrency: 50})
	t.Cleanup(func() { g.Close() })
	return g
}

func usd(amount float64) *float64 { return &amount }

// Requests that turn out cheap make room for others: no more is under way than the worst cases allow, and all are asked.
// What the answers cost is reckoned from their tokens.
func TestRequestsWaitForRoomInTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &costs{usd: 0.05}
		g := within(t, store.NewDir(t.TempDir()), c, model.Budget{PerApply: usd(5)})
		send(t, g, dearOnes(t, 0, 60))
		if _, inAll, err := g.Spent(t.Context(), "r"); c.calls != 60 || c.most > 5 || math.Abs(inAll-3) > 1e-9 || err != nil {
			t.Errorf("%d calls, %d at once, $%v spent, %v", c.calls, c.most, inAll, err)
		}
	})
}

// Sending stops before the request that might pass the budget, of one apply or of all; a reply that was lost counts as
// the most that it may have cost.
func TestSendingStopsAtTheBudget(t *testing.T) {
	lost := &model.Trouble{Class: model.Lost}
	for _, c := range []struct {
		name   string
		budget model.Budget
		before int // requests in an earlier apply
		err    error
		calls  int // in this one
		want   string
	}{
		{"apply", model.Budget{PerApply: usd(3)}, 4, nil, 5, "$2.5000 are spent, and the next request may cost up to $1.0000, which would pass limits.costPerApply: $3.00"},
		{"in all", model.Budget{InAll: usd(5)}, 4, nil, 5, "which would pass limits.costInAll: $5.00"},
		{"lost", model.Budget{PerApply: usd(3)}, 0, lost, 3, "$3.0000 are spent"},
		{"not even one", model.Budget{PerApply: usd(0.9)}, 0, nil, 0, "$0.0000 are spent"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				bucket, client := store.NewDir(t.TempDir()), &costs{usd: 0.5}
				send(t, within(t, bucket, client, model.Budget{}), dearOnes(t, 0, c.before))
				client.calls, client.err = 0, c.err
				if c.err != nil {
					client.usd = 0
				}
				g := model.New(model.Options{Bucket: bucket, Clients: map[string]model.Client{"gemini": client}, Prices: dollarEach, Budget: c.budget,
					Retry: func(next model.Client) model.Client { return untilAnswered{next} }})
				defer g.Close()
				err := g.Send(t.Context(), dearOnes(t, 100, 200), steps.Sending{Workers: 1})
				var over *model.OverBudget
				if !errors.As(err, &over) || !strings.Contains(err.Error(), c.want) || client.calls != c.calls {
					t.Errorf("%v after %d calls, want %d and %s", err, client.calls, c.calls, c.want)
				}
				if n, err := g.InDoubt(t.Context()); err != nil || (n > 0) != (c.err != nil) {
					t.Errorf("%d in doubt, %v", n, err)
				}
			})
		})
	}
}

// untilAnswered asks again after a trouble.
type untilAnswered struct{ next model.Client }

func (u untilAnswered) Generate(ctx context.Context, r model.Request) (a model.Answer, p model.Provenance, err error) {
	var trouble *model.Trouble
	for err = error(&model.Trouble{}); errors.As(err, &trouble); {
		trouble = nil
		a, p, err = u.next.Generate(ctx, r)
	}
	return a, p, err
}

func TestABudgetNeedsAPrice(t *testing.T) {
	c := &costs{}
	g := within(t, store.NewDir(t.TempDir()), c, model.Budget{InAll: usd(5)})
	r := ask("gemini", 1)
	r.Model.Name = "unheard-of"
	err := g.Send(t.Context(), func(yield func(steps.Question, error) bool) { yield(question(t, r), nil) }, steps.Sending{})
	if err == nil || !strings.Contains(err.Error(), "no price is known for model unheard-of, so limits.costInAll cannot be kept") || c.calls > 0 {
		t.Errorf("%v after %d calls", err, c.calls)
	}
}

// waits stands for a limiter: what it lets through only when told.
type waits struct {
	next model.Client
	come chan struct{}
}

func (w waits) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	select {
	case <-w.come:
		return w.next.Generate(ctx, r)
	case <-model.Waiting(ctx).Done():
		return model.Answer{}, model.Provenance{}, context.Cause(model.Waiting(ctx))
	}
}

// What waits for its turn is not sent any more when the user stops, and is in nobody's doubt; what is under way is waited
// for and kept.
func TestWhatWaitsIsNotSentAfterTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := &costs{usd: 0.1}
		gate := make(chan struct{}, 3)
		g := model.New(model.Options{Bucket: store.NewDir(t.TempDir()), Clients: map[string]model.Client{"gemini": c}, Prices: dollarEach, Concurrency: 20,
			Limit: func(next model.Client) model.Client { return waits{next, gate} }})
		defer g.Close()
		ctx, stop := context.WithCancel(t.Context())
		for range 3 {
			gate <- struct{}{}
		}
		time.AfterFunc(time.Second/2, stop)
		err := g.Send(ctx, dearOnes(t, 0, 100), steps.Sending{})
		doubt, doubtErr := g.InDoubt(t.Context())
		held, heldErr := g.Holds(t.Context())
		if !errors.Is(err, context.Canceled) || c.calls != 3 || held != 3 || doubt != 0 || doubtErr != nil || heldErr != nil {
			t.Errorf("%v: %d calls, %d answers kept, %d in doubt, %v, %v", err, c.calls, held, doubt, doubtErr, heldErr)
		}
	})
}

// refused is an error of a service that certainly did nothing.
type refused struct{}

func (refused) Error() string     { return "401: the key is not accepted" }
func (refused) NothingDone() bool { return true }

func TestWhatCertainlyCameToNothingIsInNobodysDoubt(t *testing.T) {
	g := within(t, store.NewDir(t.TempDir()), &costs{err: refused{}}, model.Budget{})
	err := g.Send(t.Context(), dearOnes(t, 0, 5), steps.Sending{})
	if n, doubtErr := g.InDoubt(t.Context()); !errors.Is(err, refused{}) || n != 0 || doubtErr != nil {
		t.Errorf("%v; %d in doubt, %v", err, n, doubtErr)
	}
}
