package limit_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/limit"
)

// A service refuses what is more than it allows.
type service struct {
	allows  func(now time.Time, amount int) (wait time.Duration, ok bool)
	tokens  bool                              // it counts tokens, and not requests
	says    func(time.Duration) time.Duration // what it tells of the wait
	latency time.Duration

	mu              sync.Mutex
	served, refused int // since the last look, in what it counts
}

func (s *service) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	amount := 1
	if s.tokens {
		amount = len(r.User) / 4
	}
	s.mu.Lock()
	wait, ok := s.allows(time.Now(), amount)
	if ok {
		s.served += amount
	} else {
		s.refused++
	}
	s.mu.Unlock()
	if !ok {
		time.Sleep(50 * time.Millisecond)
		return model.Answer{}, model.Provenance{}, &model.Trouble{Class: model.MinuteQuota, Wait: s.says(wait), Tokens: s.tokens}
	}
	time.Sleep(s.latency)
	return model.Answer{Finish: "STOP", Usage: model.Usage{In: len(r.User) / 4}}, model.Provenance{}, nil
}

// look returns what was served and refused since the last look.
func (s *service) look() (served, refused int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	served, refused = s.served, s.refused
	s.served, s.refused = 0, 0
	return served, refused
}

// clockMinutes allows so much in each minute of the clock.
func clockMinutes(most int) func(time.Time, int) (time.Duration, bool) {
	var minute time.Time
	used := 0
	return func(now time.Time, amount int) (time.Duration, bool) {
		if m := now.Truncate(time.Minute); m != minute {
			minute, used = m, 0
		}
		if used+amount > most {
			return minute.Add(time.Minute).Sub(now), false
		}
		used += amount
		return 0, true
	}
}

// anyMinute allows so much in any 60 seconds.
func anyMinute(most int) func(time.Time, int) (time.Duration, bool) {
	type took struct {
		at     time.Time
		amount int
	}
	var log []took
	used := 0
	return func(now time.Time, amount int) (time.Duration, bool) {
		for len(log) > 0 && now.Sub(log[0].at) >= time.Minute {
			used -= log[0].amount
			log = log[1:]
		}
		if used+amount > most {
			return log[0].at.Add(time.Minute).Sub(now), false
		}
		log = append(log, took{now, amount})
		used += amount
		return 0, true
	}
}

// refilling allows so much at once, and refills steadily.
func refilling(perMinute, atOnce int) func(time.Time, int) (time.Duration, bool) {
	level, last := float64(atOnce), time.Now()
	return func(now time.Time, amount int) (time.Duration, bool) {
		level = min(float64(atOnce), level+now.Sub(last).Minutes()*float64(perMinute))
		last = now
		if short := float64(amount) - level; short > 0 {
			return time.Duration(short / float64(perMinute) * float64(time.Minute)), false
		}
		level -= float64(amount)
		return 0, true
	}
}

func exactly(d time.Duration) time.Duration      { return d }
func nothing(time.Duration) time.Duration        { return 0 }
func aboutAMinute(time.Duration) time.Duration   { return time.Minute }
func wholeSeconds(d time.Duration) time.Duration { return d.Truncate(time.Second) + time.Second }

// A service that allows less than the user thinks, or about whose limits the user says nothing, is soon asked as much
// as it allows, however it counts and whatever it tells; and no request fails for it.
func TestThroughputConvergesToWhatIsAllowed(t *testing.T) {
	for _, c := range []struct {
		name    string
		allows  func() func(time.Time, int) (time.Duration, bool)
		says    func(time.Duration) time.Duration
		allowed int
		tokens  bool
	}{
		{"minutes of the clock, exact wait", func() func(time.Time, int) (time.Duration, bool) { return clockMinutes(120) }, exactly, 120, false},
		{"minutes of the clock, whole seconds", func() func(time.Time, int) (time.Duration, bool) { return clockMinutes(120) }, wholeSeconds, 120, false},
		{"minutes of the clock, always a minute told", func() func(time.Time, int) (time.Duration, bool) { return clockMinutes(120) }, aboutAMinute, 120, false},
		{"minutes of the clock, no wait told", func() func(time.Time, int) (time.Duration, bool) { return clockMinutes(1000) }, nothing, 1000, false},
		{"any minute, exact wait", func() func(time.Time, int) (time.Duration, bool) { return anyMinute(120) }, exactly, 120, false},
		{"any minute, no wait told", func() func(time.Time, int) (time.Duration, bool) { return anyMinute(600) }, nothing, 600, false},
		{"any minute, always a minute told", func() func(time.Time, int) (time.Duration, bool) { return anyMinute(600) }, aboutAMinute, 600, false},
		{"refilling, ten at once", func() func(time.Time, int) (time.Duration, bool) { return refilling(600, 10) }, exactly, 600, false},
		{"refilling, ten at once, whole seconds", func() func(time.Time, int) (time.Duration, bool) { return refilling(600, 10) }, wholeSeconds, 600, false},
		{"refilling, a minute's at once", func() func(time.Time, int) (time.Duration, bool) { return refilling(600, 600) }, exactly, 600, false},
		{"refilling, no wait told", func() func(time.Time, int) (time.Duration, bool) { return refilling(600, 60) }, nothing, 600, false},
		{"tokens in minutes of the clock", func() func(time.Time, int) (time.Duration, bool) { return clockMinutes(400_000) }, exactly, 400_000, true},
		{"tokens in any minute", func() func(time.Time, int) (time.Duration, bool) { return anyMinute(400_000) }, exactly, 400_000, true},
		{"tokens, refilling", func() func(time.Time, int) (time.Duration, bool) { return refilling(400_000, 100_000) }, exactly, 400_000, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := &service{allows: c.allows(), says: c.says, tokens: c.tokens, latency: 3 * time.Second}
				const settling, measured = 8, 30 // minutes
				failed := storm(t, s, limit.New(model.Limits{Concurrency: 100}), func() {
					time.Sleep(settling * time.Minute)
					early, _ := s.look()
					time.Sleep(measured * time.Minute)
					served, refused := s.look()
					share := float64(served) / float64(measured*c.allowed)
					t.Logf("%.3f of what is allowed, %.1f refused a minute; in the first %d minutes %.3f",
						share, float64(refused)/measured, settling, float64(early)/float64(settling*c.allowed))
					if share < 0.9 || share > 1.01 {
						t.Errorf("%.3f of what is allowed was asked", share)
					}
				})
				if failed > 0 {
					t.Errorf("%d requests failed", failed)
				}
			})
		})
	}
}

// storm asks as fast as it may while the function runs, and returns how many requests failed.
func storm(t *testing.T, s model.Client, l *limit.Limiter, while func()) (failed int) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var mu sync.Mutex
	client := l.Client(s)
	for n := range 120 {
		asking.Go(func() {
			random := rand.New(rand.NewPCG(1, uint64(n)))
			for ctx.Err() == nil {
				r := model.Request{User: string(make([]byte, 4*(500+random.IntN(9000))))}
				if err := untilTaken(ctx, client, r); err != nil && ctx.Err() == nil {
					mu.Lock()
					failed++
					mu.Unlock()
				}
			}
		})
	}
	while()
	stop()
	asking.Wait()
	return failed
}

func untilTaken(ctx context.Context, client model.Client, r model.Request) error {
	for {
		_, _, err := client.Generate(ctx, r)
		var trouble *model.Trouble
		if !errors.As(err, &trouble) || trouble.Class != model.MinuteQuota {
			return err
		}
	}
}
