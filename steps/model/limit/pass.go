package limit

import (
	"time"

	"sftrun.local/steps/model"
)

// A Pass lets one request through. It is given back once.
type Pass struct {
	limiter         *Limiter
	request, tokens *spend
}

// Done gives the pass back after an answer that took so many tokens; 0 is unknown, and the estimate stands.
func (p *Pass) Done(tokens int) {
	l := p.limiter
	l.mu.Lock()
	l.under--
	l.backoff, l.starving = 0, time.Time{}
	if tokens > 0 {
		l.tokens.correct(p.tokens, tokens)
	}
	l.mu.Unlock()
	l.wake()
}

// Failed gives the pass back after a request whose fate says nothing of limits.
func (p *Pass) Failed() {
	l := p.limiter
	l.mu.Lock()
	l.under--
	l.mu.Unlock()
	l.wake()
}

// Refused gives the pass back after the service said that it was too much (model.MinuteQuota). All wait as long as it
// asks, and go on more slowly. Requests that were let through before the limiter knew are one burst: the first refusal
// of a burst slows down, and the others make the measure exact. The result tells for how long everything was refused.
func (p *Pass) Refused(t *model.Trouble) (starved time.Duration) {
	l := p.limiter
	l.mu.Lock()
	defer l.wake()
	defer l.mu.Unlock()
	now := time.Now()
	l.under--
	wait := l.pause(now, t.Wait, p.request.at)
	if t.Tokens {
		l.tokens.refuse(now, wait, p.tokens)
		l.requests.take(p.request)
	} else {
		l.requests.refuse(now, wait, p.request)
		l.tokens.take(p.tokens)
	}
	if l.starving.IsZero() {
		l.starving = now
	}
	return now.Sub(l.starving)
}

// pause keeps everything back for as long as the service asked, counted from now, or for a while if it did not say.
func (l *Limiter) pause(now time.Time, asked time.Duration, sent time.Time) time.Duration {
	fresh := sent.After(l.lastPause) || l.lastPause.IsZero()
	if fresh {
		l.lastPause = now
	}
	wait := asked
	if wait <= 0 {
		if fresh {
			l.backoff = min(max(2*l.backoff, firstPause), longestPause)
		}
		wait = l.backoff
	}
	if until := now.Add(wait); until.After(l.until) {
		l.until = until
	}
	l.requests.pace.forgive(now, wait)
	l.tokens.pace.forgive(now, wait)
	return wait
}
