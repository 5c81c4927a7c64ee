package limit

import "time"

// A meter counts one amount, requests or tokens, of the last minute.
type meter struct {
	most   int // in any minute, as the user set it; 0 = no bound
	spends []*spend
	sent   int // sum of spends
	kept   int // sum of those that were not refused
	pace   pace
}

// A spend is what one request took.
type spend struct {
	at      time.Time
	amount  int
	refused bool
	late    bool // let through to make up for a pause
	gone    bool // longer ago than a minute
}

// wait returns how long so much must not be spent yet. An amount larger than all that is allowed in a minute goes when
// nothing else was spent in one: the service decides about it.
func (m *meter) wait(now time.Time, amount int) time.Duration {
	m.expire(now)
	wait := m.pace.wait(now)
	if m.most > 0 {
		wait = max(wait, m.until(now, m.sent+min(amount, m.most)-m.most, false))
	}
	if rate := m.pace.rate(now); m.pace.known() {
		most := max(int(rate), 1)
		wait = max(wait, m.until(now, m.kept+min(amount, most)-most, true))
	}
	return wait
}

// until returns how long it takes until so much, of what was spent in the last minute, is longer ago.
func (m *meter) until(now time.Time, excess int, onlyKept bool) time.Duration {
	if excess <= 0 {
		return 0
	}
	for _, s := range m.spends {
		if onlyKept && s.refused {
			continue
		}
		if excess -= s.amount; excess <= 0 {
			return s.at.Add(time.Minute).Sub(now)
		}
	}
	return 0
}

// expire forgets what is longer ago than a minute.
func (m *meter) expire(now time.Time) {
	n := 0
	for n < len(m.spends) && now.Sub(m.spends[n].at) >= time.Minute {
		m.add(m.spends[n], -m.spends[n].amount)
		m.spends[n].gone = true
		m.spends[n] = nil
		n++
	}
	m.spends = m.spends[n:]
}

func (m *meter) spend(now time.Time, amount int) *spend {
	s := &spend{at: now, amount: amount}
	m.spends = append(m.spends, s)
	m.add(s, amount)
	s.late = m.pace.spend(now, amount)
	return s
}

// add changes the sums by an amount of a spend.
func (m *meter) add(s *spend, amount int) {
	m.sent += amount
	if !s.refused {
		m.kept += amount
	}
}

// correct sets what a spend really took.
func (m *meter) correct(s *spend, amount int) {
	change := amount - s.amount
	if s.gone {
		return
	}
	m.add(s, change)
	s.amount = amount
	m.pace.shift(time.Now(), change)
}

// take marks a spend as refused.
func (m *meter) take(s *spend) {
	if !s.gone && !s.refused {
		m.kept -= s.amount
	}
	s.refused = true
}

// refuse marks a spend as refused for its own sake, by a service that will take no other for so long, and slows down.
func (m *meter) refuse(now time.Time, wait time.Duration, s *spend) {
	m.expire(now)
	m.take(s)
	m.pace.refuse(now, refusal{wait: wait, spend: s, kept: m.kept, since: m.oldest(now)})
}

// oldest returns when the first spend of the last minute was that was not refused.
func (m *meter) oldest(now time.Time) time.Time {
	for _, s := range m.spends {
		if !s.refused {
			return s.at
		}
	}
	return now
}
