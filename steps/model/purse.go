package model

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"
)

// A Budget bounds what is spent, in USD. nil is no bound.
type Budget struct {
	PerApply *float64 // by this gateway, which lives for one apply
	InAll    *float64 // by all who share the ledger, as far as it knows
}

// OverBudget says that a request was not sent, as it might have passed a bound. It ends all sending.
type OverBudget struct {
	Limit string  // the bound's name in the pipeline: "costPerApply"
	Most  float64 // the bound, USD
	Spent float64 // USD that count against it
	Next  float64 // the most that the request may cost, USD; 0 if no price is known for it
	Model string
}

func (o *OverBudget) Error() string {
	if o.Next == 0 {
		return fmt.Sprintf("no price is known for model %s, so limits.%s cannot be kept", o.Model, o.Limit)
	}
	return fmt.Sprintf("$%.4f are spent, and the next request may cost up to $%.4f, which would pass limits.%s: $%.2f", o.Spent, o.Next, o.Limit, o.Most)
}

// A purse keeps what is spent within a budget: each request reserves the most that it may cost before it is sent. A
// request for which there is no room waits until others have turned out cheaper; if there are no others, it is over.
type purse struct {
	budget Budget

	mu       sync.Mutex
	users    int                // Sends that are under way
	before   float64            // spent by all, when the first of these began
	spent    float64            // since then
	apply    float64            // spent by this gateway
	reserved float64            // for what is being asked
	asking   int                // how many that are
	held     map[string]float64 // for jobs that nobody waits for, which is part of reserved
	freed    chan struct{}      // closed when something was given back
}

// open begins a Send. inAll tells what the ledger says that was spent.
func (p *purse) open(inAll func() (float64, error)) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.users == 0 {
		var err error
		if p.before, err = inAll(); err != nil {
			return err
		}
		p.spent = 0
	}
	p.users++
	return nil
}

func (p *purse) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.users--
}

// reserve returns when so much may be spent, or says why it must not.
func (p *purse) reserve(ctx context.Context, most float64) error {
	for {
		over, freed := p.try(most)
		switch {
		case over == nil:
			return nil
		case freed == nil:
			return over
		}
		select {
		case <-freed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

// try reserves, or tells which bound is in the way, and what to wait for if that may help.
func (p *purse) try(most float64) (over *OverBudget, freed <-chan struct{}) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if over = p.over(most); over == nil {
		p.reserved += most
		p.asking++
		return nil, nil
	}
	if p.asking == 0 {
		return over, nil
	}
	if p.freed == nil {
		p.freed = make(chan struct{})
	}
	return over, p.freed
}

func (p *purse) over(most float64) *OverBudget {
	for _, b := range []struct {
		name  string
		bound *float64
		spent float64
	}{{"costPerApply", p.budget.PerApply, p.apply}, {"costInAll", p.budget.InAll, p.before + p.spent}} {
		if b.bound != nil && b.spent+p.reserved+most > *b.bound {
			return &OverBudget{Limit: b.name, Most: *b.bound, Spent: b.spent, Next: most}
		}
	}
	return nil
}

// hold reserves what a job may cost that was agreed to before, whatever the bounds.
func (p *purse) hold(job string, most float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, known := p.held[job]; known {
		return
	}
	if p.held == nil {
		p.held = map[string]float64{}
	}
	p.held[job] = most
	p.reserved += most
}

// keep makes of what is being asked what is held.
func (p *purse) keep(job string, most float64) {
	p.hold(job, most)
	p.settle(most, 0)
}

// resume makes of what is held what is being asked.
func (p *purse) resume(job string, most float64) {
	p.hold(job, most)
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.held, job)
	p.asking++
}

// room is how much more may be reserved, or nil if nothing bounds that.
func (p *purse) room() *float64 {
	p.mu.Lock()
	defer p.mu.Unlock()
	var least *float64
	for _, b := range []struct {
		bound *float64
		spent float64
	}{{p.budget.PerApply, p.apply}, {p.budget.InAll, p.before + p.spent}} {
		if b.bound == nil {
			continue
		}
		if left := max(0, *b.bound-b.spent-p.reserved); least == nil || left < *least {
			least = &left
		}
	}
	return least
}

// settle gives back what was reserved, and counts what was spent.
func (p *purse) settle(most, spent float64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.reserved -= most
	if p.asking--; p.asking == 0 {
		p.reserved = 0 // without what rounding has left
		for _, most := range p.held {
			p.reserved += most
		}
	}
	p.spent += spent
	p.apply += spent
	if p.freed != nil {
		close(p.freed)
		p.freed = nil
	}
}

// A frugal client asks within the budget.
type frugal struct {
	gateway *Gateway
	next    Client
}

// Generate reserves the most that the request may cost. A try of which nobody knows what it cost counts as that.
func (f frugal) Generate(ctx context.Context, r Request) (Answer, Provenance, error) {
	purse := &f.gateway.purse
	if purse.budget == (Budget{}) {
		return f.next.Generate(ctx, r)
	}
	most, err := f.gateway.mostCost(r)
	if err != nil {
		return Answer{}, Provenance{}, err
	}
	if err := purse.reserve(Waiting(ctx), most); err != nil {
		return Answer{}, Provenance{}, err
	}
	spent := 0.0
	defer func() { purse.settle(most, spent) }()
	answer, from, err := f.next.Generate(ctx, r)
	spent = from.CostUSD
	if trouble := (*Trouble)(nil); errors.As(err, &trouble) && trouble.Class == Lost {
		spent = max(spent, most)
	}
	return answer, from, err
}

// mostCost returns the most that a request may cost.
func (g *Gateway) mostCost(r Request) (float64, error) {
	e := estimateOf(r)
	p, found, err := g.price(r.Model, int(e.mostIn), time.Now())
	if err == nil && !found {
		limit := "costInAll"
		if g.purse.budget.PerApply != nil {
			limit = "costPerApply"
		}
		err = &OverBudget{Limit: limit, Model: r.Model.Name}
	}
	return p.usd(e.mostIn, e.mostOut), err
}

// costOf returns what an answer cost, 0 if no price is known. Cached tokens count like others, which is the most that
// they can cost.
func (g *Gateway) costOf(s Settings, u Usage) float64 {
	p, found, err := g.price(s, u.In, time.Now())
	if err != nil || !found {
		return 0
	}
	return p.usd(float64(u.In), float64(u.Out+u.Thought))
}
