package model

import (
	"cmp"
	"context"
	"errors"
	"iter"
	"time"

	"golang.org/x/sync/errgroup"

	"sftrun.local/steps"
	"sftrun.local/steps/fault"
	"sftrun.local/steps/model/ledger"
)

const (
	// defaultWorkers is how many questions are asked at once if nothing else is said.
	defaultWorkers = 16

	// grace is how long calls may go on that are under way when the context ends. They are paid for, so they are
	// waited for; but not for ever.
	grace = time.Minute
)

// A sending is one call of Send. Its workers ask; its scribe enters what comes back into the ledger.
type sending struct {
	*Gateway
	call  ledger.Call // Model is filled in for each question
	calls context.Context
	scribe
}

// Send obtains an answer or a refusal for every question, each once, however often it is given and whoever else is
// sending it. A question that is answered already costs nothing and is told to s.Sent with zero figures.
//
// An answer is durable before it is told to s.Sent or found by Lookup, at most linger after it arrived. When ctx ends,
// or an error makes it pointless to go on, Send takes no more questions, waits for those that are being asked (after
// ctx, a minute at most), keeps their answers, and returns the error.
func (g *Gateway) Send(ctx context.Context, questions iter.Seq2[steps.Question, error], s steps.Sending) error {
	if g.opt.ReadOnly {
		return errors.New("send questions: the gateway is open for reading only")
	}
	if err := g.beforeSending(ctx); err != nil {
		return err
	}
	if err := g.purse.open(func() (float64, error) { _, inAll, err := g.ledger.Spent(ctx, s.Run); return inAll, err }); err != nil {
		return err
	}
	defer g.purse.close()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	calls, release := outlive(ctx, grace)
	defer release()
	w := &sending{Gateway: g, call: ledger.Call{Run: s.Run, Step: s.Step}, calls: calls, scribe: newScribe(g, s.Sent, cancel)}
	var scribing errgroup.Group
	scribing.Go(func() error { return w.scribe.run(context.WithoutCancel(ctx)) })

	workers, stop := errgroup.WithContext(ctx)
	feed := make(chan steps.Question)
	for range g.workersOf(s) {
		workers.Go(func() error { return w.work(stop, feed) })
	}
	fed := pump(stop, questions, feed)
	close(feed)
	asked := workers.Wait()
	close(w.notes)
	return cmp.Or(scribing.Wait(), asked, fed)
}

// beforeSending makes sure that what is paid for already is found: what other machines have obtained meanwhile is
// taken in, and once in a process the index is checked, because an answer that a damaged page hides would be asked for,
// and perhaps paid for, again.
func (g *Gateway) beforeSending(ctx context.Context) error {
	if err := g.ledger.Refresh(ctx); err != nil {
		return err
	}
	g.checking.Lock()
	defer g.checking.Unlock()
	if g.checked {
		return nil
	}
	err := g.ledger.Check(ctx)
	g.checked = err == nil
	return err
}

func (g *Gateway) workersOf(s steps.Sending) int {
	if s.Workers > 0 {
		return max(s.Workers, g.opt.Concurrency)
	}
	return cmp.Or(g.opt.Concurrency, defaultWorkers)
}

// outlive returns a context that ends some time after ctx has ended.
func outlive(ctx context.Context, wait time.Duration) (longer context.Context, release func()) {
	longer, cancel := context.WithCancelCause(context.WithoutCancel(ctx))
	var timer *time.Timer
	started := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		timer = time.AfterFunc(wait, func() { cancel(context.Cause(ctx)) })
		close(started)
	})
	return longer, func() {
		if !stop() {
			<-started
			timer.Stop()
		}
		cancel(nil)
	}
}

// pump hands questions to the workers until there are no more or ctx ends.
func pump(ctx context.Context, questions iter.Seq2[steps.Question, error], feed chan<- steps.Question) error {
	for q, err := range questions {
		if err != nil {
			return err
		}
		select {
		case feed <- q:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return nil
}

func (w *sending) work(stop context.Context, feed <-chan steps.Question) error {
	for q := range feed {
		if err := w.obtain(stop, q); err != nil {
			return err
		}
	}
	return nil
}

// obtain asks a question, unless its answer or refusal is known.
func (w *sending) obtain(stop context.Context, q steps.Question) error {
	key, err := ledger.ParseKey(q.Key)
	if err != nil {
		return err
	}
	known, err := w.claim(stop, key)
	if err != nil {
		return err
	}
	if known != nil {
		w.hand(note{sent: *known})
		return nil
	}
	n, err := w.ask(stop, key, q)
	if n.toKeep() {
		w.hand(n)
	} else {
		w.release(key)
	}
	return err
}

// ask asks. The error is one that ends all sending.
func (w *sending) ask(stop context.Context, key ledger.Key, q steps.Question) (note, error) {
	r, err := decode(q)
	if err != nil {
		return note{}, err
	}
	client, err := w.client(r.Model)
	if err != nil {
		return note{}, err
	}
	asked := asking{key: key, call: w.call, began: time.Now()}
	asked.call.Model = r.Model.Name
	if familyOf(r.Model.Provider).free {
		return generate(w.calls, asked, client, r)
	}
	c := &call{sending: w, stop: stop, asked: asked}
	return c.close(generate(withWaiting(context.WithValue(w.calls, callKey{}, c), stop), asked, client, r))
}

func generate(ctx context.Context, asked asking, client Client, r Request) (note, error) {
	answer, from, err := client.Generate(ctx, r)
	fault.Point("question: answered")
	return noteOf(asked, answer, from, err)
}

// admitted tells whether a request that costs something may be sent now.
func (w *sending) admitted(stop context.Context) error {
	if stop.Err() != nil {
		return context.Cause(stop)
	}
	if w.opt.Admit != nil {
		return w.opt.Admit()
	}
	return nil
}
