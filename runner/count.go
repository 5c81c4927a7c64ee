package runner

import (
	"context"
	"errors"
	"maps"
	"math"
	"sync"

	"golang.org/x/sync/errgroup"

	"sftrun.local/steps"
)

// Asks counts the distinct questions of a step.
type Asks struct {
	New       int     `json:"new"`
	Sent      int     `json:"sent,omitempty"` // of New: their answers are under way, and nothing more is to be paid
	Answered  int     `json:"answered"`
	Refused   int     `json:"refused"` // settled as failed
	Free      bool    `json:"free"`    // the new ones cost nothing
	Priced    bool    `json:"priced"`  // what they cost is known
	TokensIn  int     `json:"tokensIn"`
	TokensOut int     `json:"tokensOut"`
	Least     float64 `json:"least"` // USD
	Likely    float64 `json:"likely"`
	Most      float64 `json:"most"`
}

// count replays the actions that are to be executed, to see which of their questions are new. Nothing is sent.
func (r *Runner) count(ctx context.Context, st *stage) (*Asks, error) {
	disputed := map[string]bool{}
	for _, a := range st.waiting() {
		keys, err := r.disputed(ctx, a)
		if err != nil {
			return nil, r.place(st.node, err)
		}
		maps.Copy(disputed, keys)
	}
	c := newCounter(r)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(r.workers())
	for _, a := range st.waiting() {
		g.Go(func() error {
			_, err := r.executor().replay(ctx, *a.task, c.asker(disputed))
			return err
		})
	}
	err := g.Wait()
	asks := c.sum()
	return &asks, r.place(st.node, err)
}

// counter counts the questions that replays put.
type counter struct {
	runner *Runner
	agreed *keySet // questions that are paid for already, as another step is having them answered; may be nil

	mu   sync.Mutex
	seen map[string]bool // by key: whether it is new
	asks Asks
}

func newCounter(r *Runner) *counter {
	return &counter{runner: r, seen: map[string]bool{}, asks: Asks{Free: true, Priced: true}}
}

// asker answers from the ledger and counts. What is in dispute is counted as new.
func (c *counter) asker(disputed map[string]bool) asker {
	replies := c.runner.replies(disputed)
	return func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		reply, err := replies(ctx, q)
		return reply, c.take(q, err)
	}
}

// take counts a question by what became of it, and returns that.
func (c *counter) take(q steps.Question, err error) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.seen[q.Key]; ok {
		return err
	}
	c.seen[q.Key] = errors.Is(err, steps.ErrPending)
	var refusal *steps.Refusal
	switch {
	case err == nil:
		c.asks.Answered++
	case errors.As(err, &refusal):
		c.asks.Refused++
	case errors.Is(err, steps.ErrPending) && c.agreed.has(q.Key):
	case errors.Is(err, steps.ErrPending):
		quote, quoteErr := c.runner.opt.Gateway.Quote(q)
		if quoteErr != nil {
			return quoteErr
		}
		c.asks.add(quote)
	}
	return err
}

func (a *Asks) add(q steps.Quote) {
	a.New++
	if q.Sent {
		a.Sent++
	}
	a.Free = a.Free && q.Free
	a.Priced = a.Priced && (q.Free || q.Priced)
	a.TokensIn += q.TokensIn
	a.TokensOut += q.TokensOut
	a.Least += q.Least
	a.Likely += q.Likely
	a.Most += q.Most
}

// sum is what was counted. Costs are rounded to a millionth of a dollar, so that they do not depend on the order in
// which they were added.
func (c *counter) sum() Asks {
	asks := c.asks
	for _, usd := range []*float64{&asks.Least, &asks.Likely, &asks.Most} {
		*usd = math.Round(*usd*1e6) / 1e6
	}
	return asks
}

// keySet is a set of keys of questions.
type keySet struct {
	mu   sync.Mutex
	keys map[string]bool
}

func (s *keySet) add(key string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.keys == nil {
		s.keys = map[string]bool{}
	}
	s.keys[key] = true
}

func (s *keySet) has(key string) bool {
	if s == nil {
		return false
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys[key]
}

func (s *keySet) len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.keys)
}
