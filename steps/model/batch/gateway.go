package batch

import (
	"context"
	"fmt"
	"iter"
	"sync"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A Gateway is a model.Gateway that sends questions in batch jobs where their model's settings want that. It satisfies
// runner.Gateway.
type Gateway struct {
	*model.Gateway
	opt     Options
	desk    model.Desk
	telling sync.Mutex
}

// New wraps a gateway. It touches nothing.
func New(g *model.Gateway, opt Options) *Gateway {
	opt.fill()
	return &Gateway{Gateway: g, opt: opt, desk: g.Desk()}
}

// Quote tells what it would cost to ask a question, in a job if that is how it is sent.
func (g *Gateway) Quote(q steps.Question) (steps.Quote, error) {
	quote, err := g.Gateway.Quote(q)
	if err != nil || quote.Free {
		return quote, err
	}
	r, err := g.desk.Decode(q)
	if err == nil && g.inJobs(r.Model) {
		quote = model.InJob(quote)
	}
	return quote, err
}

// inJobs tells whether questions to a model go into jobs.
func (g *Gateway) inJobs(s model.Settings) bool {
	return g.opt.Delivery(s).Batch
}

// jobs finds the batch jobs of a provider.
func (g *Gateway) jobs(provider string) (model.Jobs, error) {
	if g.opt.Jobs == nil {
		return nil, fmt.Errorf("provider %s has no batch jobs here", provider)
	}
	jobs, err := g.opt.Jobs(provider)
	if err == nil {
		err = jobs.Ready()
	}
	return jobs, err
}

// Send obtains an answer or a refusal for every question. It satisfies runner.Gateway.
//
// When ctx ends, the jobs that were created go on at the service; the next Send that asks one of their questions takes
// them up, on any machine that sees the ledger's bucket. Questions that nobody could answer, or that lie in a job of
// which too little is known, count as refused for this apply. With Options.NoWait the error is steps.ErrLater if
// questions are still open.
func (g *Gateway) Send(ctx context.Context, questions iter.Seq2[steps.Question, error], s steps.Sending) (err error) {
	if err := g.desk.Prepare(ctx); err != nil {
		return err
	}
	closed, err := g.desk.Open(ctx)
	if err != nil {
		return err
	}
	defer closed()
	w, err := g.begin(ctx, s)
	if err != nil {
		return err
	}
	defer func() { w.end(&err) }()
	if err := g.Gateway.Send(ctx, w.divert(ctx, questions), s); err != nil {
		return err
	}
	if err := w.run(ctx); err != nil {
		return err
	}
	if err := w.askAlone(ctx); err != nil {
		return err
	}
	return w.awaitOthers(ctx)
}

func (g *Gateway) tell(e Event) {
	g.telling.Lock()
	defer g.telling.Unlock()
	g.opt.Tell(e)
}
