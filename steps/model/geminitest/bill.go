package geminitest

import (
	"maps"
	"path/filepath"
)

// A Bill is what all requests cost together.
type Bill struct {
	Sync  Sum              `json:"sync"`
	Batch Sum              `json:"batch"`
	Twice map[string]Times `json:"twice"` // hashes of what was billed more than once

	times map[string]Times
}

// A Sum adds up charges.
type Sum struct {
	Requests int     `json:"requests"` // texts, for embeddings
	In       int     `json:"in"`       // tokens of prompts
	Out      int     `json:"out"`      // tokens of answers
	Thought  int     `json:"thought"`  // tokens of thinking
	USD      float64 `json:"usd"`
	Lost     int     `json:"lost"` // requests whose answer did not arrive, on purpose
}

// Times tells how often the same thing was billed, and how often of that its answer was lost on purpose. A client pays
// twice by its own fault if Billed is above Lost by more than one.
type Times struct {
	Billed int `json:"billed"`
	Lost   int `json:"lost"`
}

func newBill() Bill { return Bill{times: map[string]Times{}, Twice: map[string]Times{}} }

func (b *Bill) add(c Charge) {
	sum := &b.Sync
	if c.Job != "" {
		sum = &b.Batch
	}
	t := b.times[c.Hash]
	t.Billed++
	if c.Lost {
		t.Lost++
		sum.Lost++
	}
	b.times[c.Hash] = t
	if t.Billed > 1 {
		b.Twice[c.Hash] = t
	}
	sum.Requests++
	sum.In += c.In
	sum.Out += c.Out
	sum.Thought += c.Thought
	sum.USD += c.USD
}

// USD is the whole sum.
func (b Bill) USD() float64 { return b.Sync.USD + b.Batch.USD }

// PaidTwice lists what was billed again although its answer had been sent, or was still to come: hashes in Twice with
// more than one answer that was not lost.
func (b Bill) PaidTwice() []string {
	var bad []string
	for hash, t := range b.Twice {
		if t.Billed-t.Lost > 1 {
			bad = append(bad, hash)
		}
	}
	return bad
}

// Distinct counts different things that were billed.
func (b Bill) Distinct() int { return len(b.times) }

// Bill adds up what was billed so far, before restarts too. Jobs are billed when they end.
func (s *Server) Bill() Bill {
	s.settleAll()
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	b := s.book.bill
	b.Twice, b.times = maps.Clone(b.Twice), maps.Clone(b.times)
	return b
}

// Charges tells every charge to see, first those of single requests, until see returns an error.
func (s *Server) Charges(see func(Charge) error) error {
	s.settleAll()
	jobs, err := filepath.Glob(filepath.Join(s.opt.Dir, "jobs", "*.bill"))
	if err != nil {
		return err
	}
	for _, path := range append([]string{filepath.Join(s.opt.Dir, "journal.jsonl")}, jobs...) {
		if _, err := readEntries(path, func(e entry) error {
			for _, c := range e.Charges {
				if err := see(c); err != nil {
					return err
				}
			}
			return nil
		}); err != nil {
			return err
		}
	}
	return nil
}
