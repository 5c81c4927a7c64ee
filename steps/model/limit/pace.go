package limit

import (
	"math"
	"time"
)

const (
	// cautious is the share of what the service was found to bear at which a pace begins after a refusal.
	cautious = 0.95

	// probing is by which share of itself a pace has grown a while after a refusal.
	probing = 0.02

	// while is the least length of that time. It is longer where refusals come with long pauses, which cost more than a
	// higher rate would bring: so many times the pause.
	while  = 30 * time.Second
	pauses = 10

	// slack is how far behind its time a request may be for its place to be kept.
	slack = 100 * time.Millisecond

	// grudge is how long pauses are not made up for after that was refused.
	grudge = 10 * time.Minute

	// trusted is how many times slower than the best minute a pace gets at most. Some services refuse at random when they
	// are busy, whatever the rate.
	trusted = 10

	// shortest is the least time over which a rate is measured.
	shortest = time.Second
)

// A pace is the rate that a service was found to bear. Before the first refusal there is none, and no bound.
//
// The first refusal of all tells nothing but a pause, and so does one when nothing was taken: the minute may have been
// used up by somebody else. Any other makes it a bit less than what the service took in the last minute (multiplicative decrease). Where the
// last minute is not over, or the service names the time at which it goes on, what it took was for that time. Then the
// rate grows, first by little and faster the longer nothing is refused, so that it stays near the bound for long and
// finds a far one soon; CUBIC does so too (RFC 9438, section 4). Requests are spread over time by the generic cell
// rate algorithm (ITU-T I.371), because services that refill steadily do not bear a minute's requests at once.
type pace struct {
	base  float64   // a minute, after the cut; 0 = no refusal yet
	cut   time.Time // when the last burst of refusals began
	grows time.Time // since when it grows: the end of the pause
	while time.Duration
	next  time.Time // when the next request is due
	debt  time.Duration
	angry time.Time // until when pauses are not made up for

	warned bool // there was a refusal before the rate was known
	best   int  // the most that was taken in a minute before a cut

	// measured at the cut
	before float64 // the rate
	kept   int     // 0 also if nothing can be learned from it
	span   time.Duration
}

func (p *pace) known() bool { return p.base > 0 }

// rate is what may be spent in a minute.
func (p *pace) rate(now time.Time) float64 {
	if !p.known() {
		return math.Inf(1)
	}
	whiles := min(max(0, float64(now.Sub(p.grows))/float64(p.while)), 40)
	return p.base * (1 + probing*(math.Exp2(whiles)-1))
}

// wait returns how long it is until the next request is due.
func (p *pace) wait(now time.Time) time.Duration {
	if !p.known() {
		return 0
	}
	return p.next.Sub(now)
}

// spend sets when the request after this one is due, and tells whether this one makes up for a pause. During a pause
// requests go on becoming due, because the service has room for them afterwards.
func (p *pace) spend(now time.Time, amount int) (late bool) {
	if !p.known() {
		return false
	}
	if earliest := now.Add(-max(p.debt, slack)); p.next.Before(earliest) {
		p.next = earliest
	}
	late = now.Sub(p.next) > slack
	p.shift(now, amount)
	p.debt = max(0, min(p.debt, now.Sub(p.next)))
	return late
}

// shift moves what is due by what it takes to spend so much.
func (p *pace) shift(now time.Time, amount int) {
	if p.known() {
		p.next = p.next.Add(time.Duration(float64(amount) / p.rate(now) * float64(time.Minute)))
	}
}

// forgive lets a pause be made up for.
func (p *pace) forgive(now time.Time, pause time.Duration) {
	if !now.Before(p.angry) {
		p.debt = max(p.debt, pause)
	}
}

// A refusal is what is known when a request was refused.
type refusal struct {
	spend *spend
	wait  time.Duration // for which the service will take nothing
	kept  int           // spent in the last minute and not refused
	since time.Time     // when the first of that was spent
}

// refuse slows down.
func (p *pace) refuse(now time.Time, r refusal) {
	if !p.cut.IsZero() && !r.spend.at.After(p.cut) {
		p.kept -= r.spend.amount // another one of the same burst: less was taken than it seemed
		p.settle()
		return
	}
	if r.spend.late {
		p.angry = now.Add(grudge)
	}
	if now.Before(p.angry) {
		p.debt = 0
	}
	p.best, p.before = max(p.best, p.kept), p.rate(now)
	p.kept, p.span = r.kept, min(time.Minute, max(now.Sub(r.since)+r.wait, shortest))
	if !p.warned {
		p.warned, p.kept = true, 0
	}
	p.cut, p.next, p.grows = now, now, now.Add(r.wait)
	p.while = max(while, pauses*min(r.wait, time.Minute))
	p.settle()
}

// settle sets the rate after the cut. Where nothing was taken it stays as it was.
func (p *pace) settle() {
	p.base = p.before
	if p.kept > 0 {
		p.base = min(p.base, p.measured())
	}
	if math.IsInf(p.base, 1) {
		p.base = 0
	}
}

// measured returns what a service takes in a minute that took so much in the span.
func (p *pace) measured() float64 {
	return max(1, cautious*float64(p.kept)*float64(time.Minute)/float64(p.span), float64(max(p.best, p.kept))/trusted)
}
