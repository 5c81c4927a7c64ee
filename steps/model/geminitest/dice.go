package geminitest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"slices"
	"sync"
)

// dice decides what goes wrong.
type dice struct {
	mu    sync.Mutex
	plan  Plan
	turns map[Call]int           // requests so far
	tries map[string]int         // of the same thing
	met   map[Call]map[Fault]int // faults so far
}

func newDice(p Plan) (*dice, error) {
	d := &dice{tries: map[string]int{}, met: map[Call]map[Fault]int{}}
	return d, d.set(p)
}

func (d *dice) set(p Plan) error {
	p.Rules = slices.Clone(p.Rules)
	if err := p.check(); err != nil {
		return err
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.plan, d.turns = p, map[Call]int{}
	return nil
}

// SetFaults replaces the plan. Nth counts from here on; how often something was asked for is not forgotten.
func (s *Server) SetFaults(p Plan) error { return s.dice.set(p) }

// throw is one asking for one thing, and what becomes of it.
type throw struct {
	call  Call
	asked asked
	hash  string // of what is asked for
	text  string // where Rule.Match looks
	try   int    // askings before this one
	fault Fault
	rule  Rule
	at    float64 // where it goes wrong, from 0 to below 1
}

// roll fills in what a request meets.
func (d *dice) roll(t *throw) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns[t.call]++
	name := string(t.call) + " " + t.hash
	t.try = d.tries[name]
	d.tries[name]++
	t.at = d.unit("where", t)
	for i, r := range d.plan.Rules {
		if f, ok := d.fits(i, r, t); ok {
			t.fault, t.rule = f, r
			d.count(t.call, f)
			return
		}
	}
}

// again takes down a request from before a restart.
func (d *dice) again(c Call, hash string, f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.turns[c]++
	d.tries[string(c)+" "+hash]++
	d.count(c, f)
}

func (d *dice) count(c Call, f Fault) {
	if f == None {
		return
	}
	if d.met[c] == nil {
		d.met[c] = map[Fault]int{}
	}
	d.met[c][f]++
}

func (d *dice) fits(i int, r Rule, t *throw) (Fault, bool) {
	if r.Call != "" && r.Call != t.call || r.Model != "" && r.Model != t.asked.model ||
		r.Tries > 0 && t.try >= r.Tries || r.Vertex != nil && *r.Vertex != t.asked.vertex ||
		len(r.Nth) > 0 && !slices.Contains(r.Nth, d.turns[t.call]) ||
		r.Rate > 0 && d.unit(fmt.Sprint("rate ", i), t) >= r.Rate || r.Match != "" && !r.match.MatchString(t.text) {
		return None, false
	}
	can := FaultsOf(t.call)
	var here []Fault
	for _, f := range r.Faults {
		if f == None || slices.Contains(can, f) {
			here = append(here, f)
		}
	}
	if len(here) == 0 {
		return None, false
	}
	return here[int(d.unit(fmt.Sprint("which ", i), t)*float64(len(here)))], true
}

// unit makes a number from 0 to below 1 of the seed, a purpose, and what is asked.
func (d *dice) unit(purpose string, t *throw) float64 {
	return unit(fmt.Sprintf("%d %s %s %s %d", d.plan.Seed, purpose, t.call, t.hash, t.try))
}

func unit(of string) float64 {
	sum := sha256.Sum256([]byte(of))
	return float64(binary.BigEndian.Uint64(sum[:])>>11) / (1 << 53)
}

// Faults tells how often what went wrong on purpose.
func (s *Server) Faults() map[Call]map[Fault]int {
	s.dice.mu.Lock()
	defer s.dice.mu.Unlock()
	all := map[Call]map[Fault]int{}
	for c, m := range s.dice.met {
		all[c] = map[Fault]int{}
		for f, n := range m {
			all[c][f] = n
		}
	}
	return all
}
