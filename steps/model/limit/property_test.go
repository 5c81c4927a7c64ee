package limit_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/limit"
)

// A recorder is a service that takes or refuses at random, after random times, and knows when it was asked for how much.
type recorder struct {
	random  *rand.Rand
	refuses float64
	perByte float64 // tokens

	mu   sync.Mutex
	sent []sent
}

type sent struct {
	at     time.Time
	tokens int
}

func (s *recorder) Generate(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	tokens := int(s.perByte * float64(len(r.User)))
	s.mu.Lock()
	s.sent = append(s.sent, sent{time.Now(), tokens})
	refused, takes := s.random.Float64() < s.refuses, time.Duration(s.random.ExpFloat64()*float64(5*time.Second))
	wait := time.Duration(s.random.IntN(20)) * time.Second // 0: it does not say
	kind := model.TroubleClass(1 + s.random.IntN(3))
	s.mu.Unlock()
	time.Sleep(takes)
	if refused {
		return model.Answer{}, model.Provenance{}, &model.Trouble{Class: kind, Wait: wait, Tokens: kind == model.MinuteQuota && wait > 10*time.Second}
	}
	return model.Answer{Finish: "STOP", Usage: model.Usage{In: tokens}}, model.Provenance{}, nil
}

// most returns the largest sums of requests and tokens in any minute.
func (s *recorder) most() (requests, tokens int) {
	first, sum := 0, 0
	for i, one := range s.sent {
		for one.at.Sub(s.sent[first].at) >= time.Minute {
			sum -= s.sent[first].tokens
			first++
		}
		sum += one.tokens
		requests, tokens = max(requests, i-first+1), max(tokens, sum)
	}
	return requests, tokens
}

// Whatever the limits, the requests, the times and the refusals: in no 60 seconds is more sent than the limits allow.
func TestNoMinuteHoldsMoreThanTheLimits(t *testing.T) {
	for seed := range uint64(40) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				random := rand.New(rand.NewPCG(seed, 5))
				limits := model.Limits{RequestsPerMinute: 1 + random.IntN(200), TokensPerMinute: 3000 + random.IntN(50_000), Concurrency: 1 + random.IntN(60)}
				s := &recorder{random: rand.New(rand.NewPCG(seed, 6)), refuses: random.Float64() * 0.3, perByte: 0.1 + 0.5*random.Float64()}
				l := limit.New(limits)
				ctx, stop := context.WithTimeout(t.Context(), 30*time.Minute)
				defer stop()
				var asking sync.WaitGroup
				for n := range 100 {
					asking.Go(func() { askOn(ctx, l.Client(s), rand.New(rand.NewPCG(seed, uint64(10+n)))) })
				}
				asking.Wait()
				requests, tokens := s.most()
				if requests > limits.RequestsPerMinute || tokens > limits.TokensPerMinute {
					t.Errorf("%d requests and %d tokens in a minute, with %+v", requests, tokens, limits)
				}
				if len(s.sent) < 25 {
					t.Errorf("only %d requests in half an hour, with %+v", len(s.sent), limits)
				}
			})
		})
	}
}

// askOn asks one request after the other, with rests of which some are long.
func askOn(ctx context.Context, client model.Client, random *rand.Rand) {
	for ctx.Err() == nil {
		_, _, _ = client.Generate(ctx, model.Request{User: string(make([]byte, 1+random.IntN(3000)))})
		if random.IntN(20) == 0 {
			time.Sleep(time.Duration(random.IntN(90)) * time.Second)
		}
	}
}

// The limits are reached too: they are not kept by being slow.
func TestTheLimitsAreUsed(t *testing.T) {
	for _, limits := range []model.Limits{{RequestsPerMinute: 60}, {TokensPerMinute: 60_000}} {
		synctest.Test(t, func(t *testing.T) {
			s := &recorder{random: rand.New(rand.NewPCG(1, 2)), perByte: 0.25}
			ctx, stop := context.WithTimeout(t.Context(), 20*time.Minute)
			defer stop()
			var asking sync.WaitGroup
			l := limit.New(limits)
			for n := range 200 {
				asking.Go(func() { askOn(ctx, l.Client(s), rand.New(rand.NewPCG(3, uint64(n)))) })
			}
			asking.Wait()
			tokens := 0
			for _, one := range s.sent {
				tokens += one.tokens
			}
			if len(s.sent) < 20*limits.RequestsPerMinute*95/100 || tokens < 20*limits.TokensPerMinute*90/100 {
				t.Errorf("%d requests and %d tokens in 20 minutes, with %+v", len(s.sent), tokens, limits)
			}
		})
	}
}

// A minute that somebody else has used up tells nothing about what the service takes.
func TestASpentMinuteAtTheBeginningDoesNotSlowDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began := time.Now()
		allows := anyMinute(600)
		s := &service{latency: time.Second, says: exactly, allows: func(now time.Time, amount int) (time.Duration, bool) {
			if left := 40*time.Second - now.Sub(began); left > 0 {
				return left, false
			}
			return allows(now, amount)
		}}
		failed := storm(t, s, limit.New(model.Limits{Concurrency: 50}), func() { time.Sleep(6 * time.Minute) })
		if served, _ := s.look(); failed > 0 || served < 5*600*90/100 {
			t.Errorf("%d served in 5 minutes that had 600 each, %d failed", served, failed)
		}
	})
}
