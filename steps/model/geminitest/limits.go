package geminitest

import (
	"sync"
	"time"
)

// limits watches what each project asks of each model.
type limits struct {
	Limits
	zone *time.Location

	mu   sync.Mutex
	used map[string]*usage // by owner and model
}

// usage is what was asked for lately.
type usage struct {
	recent []load // of the last minute
	tokens int    // in recent
	day    string
	today  int // requests
}

type load struct {
	at     time.Time
	tokens int
}

func newLimits(l Limits) *limits {
	zone, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		zone = time.UTC
	}
	return &limits{Limits: l, zone: zone, used: map[string]*usage{}}
}

// pass lets a request through and takes it down, or says which limit it would break, and when it would not.
func (l *limits) pass(a asked, owner string, tokens int, now time.Time) *refusal {
	l.mu.Lock()
	defer l.mu.Unlock()
	u := l.look(owner, a.model, now)
	switch {
	case l.RequestsPerDay > 0 && u.today >= l.RequestsPerDay:
		return quota(a, "generate_content_paid_tier_requests", "GenerateRequestsPerDayPerProjectPerModel", l.RequestsPerDay, 20*time.Second)
	case l.RequestsPerMinute > 0 && len(u.recent) >= l.RequestsPerMinute:
		wait := u.recent[len(u.recent)-l.RequestsPerMinute].at.Add(time.Minute).Sub(now)
		return quota(a, "generate_content_paid_tier_requests", "GenerateRequestsPerMinutePerProjectPerModel", l.RequestsPerMinute, wait)
	case l.TokensPerMinute > 0 && u.tokens+tokens > l.TokensPerMinute:
		return quota(a, "generate_content_paid_tier_input_token_count", "GenerateContentPaidTierInputTokensPerModelPerMinute", l.TokensPerMinute, u.free(l.TokensPerMinute-tokens, now))
	}
	u.note(now, tokens)
	return nil
}

// again takes down a request from before a restart.
func (l *limits) again(owner, model string, tokens int, at time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.look(owner, model, at).note(at, tokens)
}

// look finds the usage, without what is older than a minute or a day.
func (l *limits) look(owner, model string, now time.Time) *usage {
	name := owner + " " + model
	u := l.used[name]
	if u == nil {
		u = &usage{}
		l.used[name] = u
	}
	old := 0
	for old < len(u.recent) && !u.recent[old].at.After(now.Add(-time.Minute)) {
		u.tokens -= u.recent[old].tokens
		old++
	}
	u.recent = u.recent[old:]
	if day := now.In(l.zone).Format(time.DateOnly); day != u.day {
		u.day, u.today = day, 0
	}
	return u
}

func (u *usage) note(at time.Time, tokens int) {
	u.recent = append(u.recent, load{at, tokens})
	u.tokens += tokens
	u.today++
}

// free tells how long it takes until no more than so many tokens are in the last minute.
func (u *usage) free(most int, now time.Time) time.Duration {
	left := u.tokens
	for _, l := range u.recent {
		if left -= l.tokens; left <= most {
			return l.at.Add(time.Minute).Sub(now)
		}
	}
	return time.Minute
}
