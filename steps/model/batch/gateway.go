package batch

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// A Gateway is a model.Gateway that sends questions in batch jobs where their model's settings want that. It satisfies
// runner.Gateway.
type Gateway struct {
	*model.Gateway
	opt     Options
	desk    model.Desk
	telling sync.Mutex

	mu    sync.Mutex
	known map[ledger.Key]bool // questions in open jobs, as of the last look; nil before the first
}

// New wraps a gateway. It touches nothing.
func New(g *model.Gateway, opt Options) *Gateway {
	opt.fill()
	return &Gateway{Gateway: g, opt: opt, desk: g.Desk()}
}

// Lookup returns the reply to a question that was answered before, as model.Gateway does.
func (g *Gateway) Lookup(ctx context.Context, q steps.Question) (steps.Reply, error) {
	reply, err := g.Gateway.Lookup(ctx, q)
	if !errors.Is(err, steps.ErrPending) {
		return reply, err
	}
	if failed := g.learnOpen(ctx, false); failed != nil {
		return reply, failed
	}
	return reply, err
}

// learnOpen learns which questions lie in open jobs, if that is not known or anew is set.
func (g *Gateway) learnOpen(ctx context.Context, anew bool) error {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.known != nil && !anew {
		return nil
	}
	open := map[ledger.Key]bool{}
	all, err := g.desk.Book().Jobs(ctx)
	for _, job := range all {
		var keys []ledger.Key
		if err == nil && job.Open() {
			keys, err = g.desk.Book().JobKeys(ctx, job.Name)
		}
		for _, k := range keys {
			open[k] = true
		}
	}
	if err == nil {
		g.known = open
	}
	return err
}

// isSent tells whether a question lies in an open job.
func (g *Gateway) isSent(key string) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	k, err := ledger.ParseKey(key)
	return err == nil && g.known[k]
}

// Quote tells what it would cost to ask a question, in a job if that is how it is sent. One that lies in an open job was
// agreed to when it was sent, so it costs nothing more.
func (g *Gateway) Quote(q steps.Question) (steps.Quote, error) {
	quote, err := g.Gateway.Quote(q)
	if err != nil || quote.Free {
		return quote, err
	}
	if g.isSent(q.Key) {
		return steps.Quote{Free: true, Sent: true, TokensIn: quote.TokensIn, TokensOut: quote.TokensOut}, nil
	}
	r, err := g.desk.Decode(q)
	if err != nil || !g.inJobs(r.Model) {
		return quote, err
	}
	most := quote.Most
	if quote = model.InJob(quote); g.opt.Delivery(r.Model).ThenAlone {
		quote.Most = most // jobs may come to nothing
	}
	return quote, nil
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
	if err := g.learnOpen(ctx, true); err != nil {
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
