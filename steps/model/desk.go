package model

import (
	"context"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model/ledger"
)

// A Desk is what a gateway lends to those who have its questions answered in another way than one call for each:
// package batch.
type Desk struct{ gateway *Gateway }

// Desk returns the gateway's desk.
func (g *Gateway) Desk() Desk { return Desk{g} }

// Book is the ledger, where the answers go.
func (d Desk) Book() *ledger.Ledger { return d.gateway.ledger }

// Prepare makes sure that what is paid for already is found. It is called before anything is asked.
func (d Desk) Prepare(ctx context.Context) error { return d.gateway.beforeSending(ctx) }

// Admit tells whether what costs something may be sent now.
func (d Desk) Admit() error {
	if d.gateway.opt.Admit == nil {
		return nil
	}
	return d.gateway.opt.Admit()
}

// Decode reads the request that a question holds.
func (d Desk) Decode(q steps.Question) (Request, error) { return decode(q) }

// Warn tells of what could be lived with.
func (d Desk) Warn(err error) {
	if d.gateway.opt.Warn != nil {
		d.gateway.opt.Warn(err)
	}
}

// Take marks a question as being asked by the caller, who must end that with Release. If somebody else asks it, claimed
// is false, and others is closed when that has ended.
func (d Desk) Take(key ledger.Key) (others <-chan struct{}, claimed bool) { return d.gateway.take(key) }

// Release ends what Take began.
func (d Desk) Release(key ledger.Key) { d.gateway.release(key) }

// Fail lets a question count as not answered in this apply. It is asked again in the next one.
func (d Desk) Fail(key ledger.Key, refusal *steps.Refusal) { d.gateway.fail(key, refusal) }

// A Tab is what a job may cost, reserved within the budget.
type Tab struct {
	purse *purse
	job   string
	most  float64
}

// Open lets the budget be watched until the function that it returns is called.
func (d Desk) Open(ctx context.Context) (end func(), err error) {
	p := &d.gateway.purse
	err = p.open(func() (float64, error) {
		_, inAll, err := d.gateway.ledger.Spent(ctx, "")
		return inAll, err
	})
	return p.close, err
}

// Room is how much more, in USD, may be reserved; nil if nothing bounds that.
func (d Desk) Room() *float64 { return d.gateway.purse.room() }

// MostInJob is the most that a request may cost in a job, in USD; 0 if nothing bounds what is spent.
func (d Desk) MostInJob(r Request) (float64, error) {
	if d.gateway.purse.budget == (Budget{}) {
		return 0, nil
	}
	most, err := d.gateway.mostCost(r)
	return batchShare * most, err
}

// Reserve reserves what a new job may cost, or says which bound is in the way.
func (d Desk) Reserve(ctx context.Context, job string, most float64) (Tab, error) {
	return Tab{&d.gateway.purse, job, most}, d.gateway.purse.reserve(ctx, most)
}

// Hold reserves what a job may cost that was created before, once however often it is called, and whatever the bounds.
func (d Desk) Hold(job string, most float64) { d.gateway.purse.hold(job, most) }

// Resume returns the tab of a job that was created before, which is waited for from now on.
func (d Desk) Resume(job string, most float64) Tab {
	d.gateway.purse.resume(job, most)
	return Tab{&d.gateway.purse, job, most}
}

// Keep says that nobody knows yet what the job will cost, and nobody waits for it. It stays reserved.
func (t Tab) Keep() { t.purse.keep(t.job, t.most) }

// Settle says what the job did cost.
func (t Tab) Settle(spent float64) { t.purse.settle(t.most, spent) }

// batchShare is what a request in a batch job costs of its price otherwise, at all providers that have jobs.
const batchShare = 0.5

// An Outcome is what became of a request in a job, as the ledger keeps it.
type Outcome struct {
	Record  ledger.Record
	Sent    steps.Sent
	Refusal *steps.Refusal // nil if there is an answer
	Keep    bool           // the ledger must know; if not, nothing was billed and nothing is settled
}

// Outcome judges the result of a request in a job, and prices it. at is the time of all records of the job, so that what
// is read twice is the same record.
func (d Desk) Outcome(key ledger.Key, call ledger.Call, at time.Time, r Result) (Outcome, error) {
	r.From.Batch = true
	p, found, err := d.gateway.price(Settings{Provider: r.From.Provider, Name: call.Model}, r.Answer.Usage.In, at)
	if err != nil {
		return Outcome{}, err
	}
	if found && r.From.CostUSD == 0 {
		r.From.CostUSD = batchShare * p.usd(float64(r.Answer.Usage.In), float64(r.Answer.Usage.Out+r.Answer.Usage.Thought))
	}
	n, err := noteOf(asking{key: key, call: call}, r.Answer, r.From, r.Err)
	if err != nil {
		return Outcome{}, err
	}
	n.record.At = at
	return Outcome{Record: n.record, Sent: n.sent, Refusal: n.refusal, Keep: n.record.Kind != ledger.Settled}, nil
}

// InJob returns what a question costs that is asked in a job, if that is what it costs alone.
func InJob(alone steps.Quote) steps.Quote {
	alone.Least, alone.Likely, alone.Most = alone.Least*batchShare, alone.Likely*batchShare, alone.Most*batchShare
	return alone
}
