package batch

import (
	"context"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// An end is what the goroutine of a job hands to the owner.
type end struct {
	queue  *queue      // whose job it was, nil if it has none
	tokens int         // that are no more under way
	open   []*question // of which nothing came
	size   int         // requests in the job
	whole  bool        // the job came to its end by itself
	none   bool        // there is no job, as the service would not have it: no try was used up
	full   bool        // nor will it have others of that size
	held   []*question // of which something may come yet, but not now
	why    *steps.Refusal
	later  bool // the job goes on
	tab    *model.Tab
	usd    float64 // that it has cost
	err    error
}

// run makes jobs of the queues and goes on with the open ones, until all questions are settled. The first error ends it,
// and leaves jobs to the next apply.
func (w *sending) run(ctx context.Context) error {
	if err := w.spool.flush(); err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	done := make(chan end)
	running := 0
	start := func(work func(context.Context) end) {
		running++
		go func() { done <- work(ctx) }()
	}
	err := w.adopt(ctx)
	if err == nil {
		w.takeUp(start)
	}
	for {
		if err == nil && ctx.Err() == nil {
			if err = w.launch(ctx, start); err != nil {
				cancel(err)
			}
		}
		if running == 0 {
			break
		}
		e := <-done
		running--
		w.take(e)
		if e.err != nil && err == nil {
			err = e.err
			cancel(err)
		}
	}
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// launch starts as many jobs as may be under way.
func (w *sending) launch(ctx context.Context, start func(func(context.Context) end)) error {
	for _, q := range w.queues {
		for w.underWay() < w.opt.AtOnce && !q.atCeiling() && w.mayTry(q) {
			chunk := w.next(q)
			if len(chunk) == 0 {
				break
			}
			most := usdOf(chunk)
			name := w.nextName()
			tab, err := w.desk.Reserve(ctx, name, most)
			if err != nil {
				return err
			}
			tokens := tokensIn(chunk, 1<<62)
			q.flying += tokens
			q.count++
			before := w.beginJob(q)
			start(func(ctx context.Context) end {
				e := w.carryOut(ctx, q, chunk, before, ledger.Job{Name: name, Tokens: tokens, Most: most})
				e.queue, e.tokens, e.size, e.tab = q, tokens, len(chunk), &tab
				return e
			})
		}
		w.later = w.later || w.opt.NoWait && len(q.questions) > 0
	}
	return nil
}

func (w *sending) underWay() (n int) {
	for _, q := range w.queues {
		n += q.count
	}
	return n
}

// take takes in how a job ended.
func (w *sending) take(e end) {
	w.pay(e)
	if e.later {
		w.later = true // its place is not free
		return
	}
	if e.queue != nil {
		e.queue.flying -= e.tokens
		e.queue.count--
		e.queue.learn(e, w.existing(e.queue))
	}
	for _, q := range e.held {
		w.giveUp(q, e.why)
	}
	if e.err != nil {
		return
	}
	for _, q := range e.open {
		w.again(q, e)
	}
}

// pay settles what was reserved for a job. For one of which nobody knows yet what it will cost, that stays reserved.
func (w *sending) pay(e end) {
	if e.tab == nil {
		return
	}
	if !e.none && (e.later || e.err != nil || len(e.held) > 0) {
		e.tab.Keep()
		return
	}
	e.tab.Settle(e.usd)
}

// again has a question that a job left open answered another way.
func (w *sending) again(q *question, e end) {
	if e.none {
		if e.full {
			q.most = int32(max(1, e.size/2))
		}
		q.queue.questions = append(q.queue.questions, q)
		return
	}
	q.tries++
	if !e.whole {
		q.most = int32(max(1, e.size/4))
	}
	switch {
	case int(q.tries) < q.queue.delivery.Retry.Filled().Tries:
		q.queue.questions = append(q.queue.questions, q)
	case q.queue.delivery.ThenAlone:
		w.alone = append(w.alone, q)
	case q.why != nil:
		w.giveUp(q, q.why)
	default:
		w.giveUp(q, &steps.Refusal{Reason: "no answer", Detail: "batch jobs ended without one", Transient: true})
	}
}
