package runner

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"iter"
	"maps"
	"slices"
	"time"

	"sftrun.local/steps"
)

// How the questions of an apply come to be answered: noted by actions, priced and gated for a step as a whole, sent,
// and found by the actions when they are executed again.

// pending tells which questions of an action have no answer, in a few bytes: two that are equal are the same
// questions, but for an accident of 1 in 2^64.
type pending struct {
	count int
	sum   uint64 // of the hashes of their keys, as often as each is asked
}

func (p *pending) note(key string) {
	h := fnv.New64a()
	h.Write([]byte(key))
	p.count++
	p.sum += h.Sum64()
}

// replies answers the questions of an action from the ledger. What is to be asked again counts as not answered.
func (r *Runner) replies(reask map[string]bool) asker {
	return func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		if reask[q.Key] {
			return steps.Reply{}, steps.ErrPending
		}
		return r.opt.Gateway.Lookup(ctx, q)
	}
}

// disputed lists the questions of an action that are settled without a good reply: refused, or with a reply that the
// kind refused. They are asked again if the user demands it, once.
func (r *Runner) disputed(ctx context.Context, act *action) (map[string]bool, error) {
	keys := map[string]bool{}
	if !act.reask {
		return keys, nil
	}
	ask := func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		reply, err := r.opt.Gateway.Lookup(ctx, q)
		var refusal *steps.Refusal
		if errors.As(err, &refusal) {
			keys[q.Key] = true
		}
		return reply, err
	}
	faulty, err := r.executor().replay(ctx, *act.task, ask)
	for _, key := range faulty {
		keys[key] = true
	}
	maps.DeleteFunc(keys, func(key string, _ bool) bool { return r.retried.has(key) })
	return keys, err
}

// noting answers an action's questions and notes those that have no answer. Answers that were there before this apply
// are counted once for the step.
func (a *apply) noting(p *progress, act *action, open *pending) asker {
	if !act.task.kind.Asks {
		return nil
	}
	replies := a.replies(act.disputed)
	return func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		reply, err := replies(ctx, q)
		if errors.Is(err, steps.ErrPending) {
			open.note(q.Key)
		}
		if err == nil && act.open.count == 0 { // not after answers were waited for
			p.known.add(q.Key)
		}
		return reply, err
	}
}

// park takes in that an action waits for answers. One that waits for what it was sent for is stuck.
func (p *progress) park(act *action, open pending) error {
	if act.open == open {
		return errors.New("the same questions are asked again though they were answered: a defect of the kind or the ledger")
	}
	act.open = open
	p.parked = append(p.parked, act)
	return nil
}

// gate prices the questions of a stage and has them sent, if nobody objects.
func (a *apply) gate(p *progress) {
	p.sending = true
	parked := p.parked
	p.parked = nil
	a.start(func(ctx context.Context) func() error {
		sent, err := a.clear(ctx, p.Name, parked)
		return func() error {
			p.sending = false
			p.USD += sent.usd
			p.Asked += sent.count
			p.Held, p.Later, p.Asks = sent.held, sent.later, sent.asks
			if err == nil && !sent.held {
				p.queue = append(p.queue, parked...)
			}
			if err != nil {
				err = fmt.Errorf("steps.%s: %w", p.Name, err)
			}
			return err
		}
	})
}

// cleared is what came of the questions of a stage.
type cleared struct {
	asks  Asks // if they were held back
	held  bool
	later bool // they were sent, and their answers are not waited for; then held is set too
	count int  // answered
	usd   float64
}

// clear prices the questions of parked actions, asks whoever pays, and sends them: those that were priced, and no
// others. One step at a time is priced and agreed to.
func (a *apply) clear(ctx context.Context, step string, parked []*action) (cleared, error) {
	asks, priced, err := a.agree(ctx, step, parked)
	switch {
	case err != nil:
		return cleared{}, err
	case priced == nil:
		return cleared{asks: asks, held: true}, nil
	case len(priced) == 0:
		return cleared{}, nil // another step has had them answered meanwhile
	}
	return a.send(step, parked, priced)
}

// agree prices and has the questions agreed to. The keys of those to send are nil if somebody objects; among them are
// those that another step is having answered, which cost nothing more.
func (a *apply) agree(ctx context.Context, step string, parked []*action) (Asks, map[string]bool, error) {
	a.agreeing.Lock()
	defer a.agreeing.Unlock()
	asks, priced, disputed, err := a.price(ctx, parked)
	if err != nil || asks.New == 0 {
		return asks, priced, err
	}
	agreed, err := a.admit(a.gentle, step, asks)
	if err == nil {
		err = a.gentle.Err() // nothing is forgotten that will not be asked
	}
	if err != nil || !agreed {
		return asks, nil, err
	}
	for key := range priced {
		a.agreed.add(key)
	}
	return asks, priced, a.forget(ctx, disputed)
}

// price replays parked actions to price their questions. It returns the keys of those that are new, and of those among
// them that are settled and in dispute.
func (a *apply) price(ctx context.Context, parked []*action) (asks Asks, priced, disputed map[string]bool, err error) {
	disputed = map[string]bool{}
	for _, act := range parked {
		maps.Copy(disputed, act.disputed)
	}
	maps.DeleteFunc(disputed, func(key string, _ bool) bool { return a.retried.has(key) })
	c := newCounter(a.Runner)
	c.agreed = &a.agreed
	for _, act := range parked {
		if _, err := a.executor().replay(ctx, *act.task, c.asker(disputed)); err != nil {
			return c.asks, nil, nil, err
		}
	}
	maps.DeleteFunc(c.seen, func(_ string, fresh bool) bool { return !fresh })
	return c.sum(), c.seen, disputed, nil
}

// admit asks whoever pays.
func (a *apply) admit(ctx context.Context, step string, asks Asks) (bool, error) {
	if asks.Free {
		return true, nil
	}
	if a.opt.Free {
		return false, nil
	}
	if a.opt.Confirm == nil {
		return true, nil
	}
	return a.opt.Confirm(ctx, step, asks)
}

// forget takes back what settled the questions in dispute.
func (a *apply) forget(ctx context.Context, disputed map[string]bool) error {
	if len(disputed) == 0 {
		return nil
	}
	for key := range disputed {
		a.retried.add(key)
	}
	return a.Runner.opt.Gateway.Forget(ctx, slices.Sorted(maps.Keys(disputed)))
}

// send obtains the answers. What was sent is told even if the error is not nil, as it may have cost something.
func (a *apply) send(step string, parked []*action, priced map[string]bool) (cleared, error) {
	var c cleared
	asking, end, err := a.turns.begin(a.gentle)
	if err != nil {
		return c, err
	}
	defer end()
	err = a.Runner.opt.Gateway.Send(asking, a.questions(asking, parked, priced), steps.Sending{
		Run: a.run.Started.Format(time.RFC3339), Step: step, Workers: a.workers(),
		Sent: func(s steps.Sent) {
			c.count++
			c.usd += s.USD
			a.later(Event{What: Sent, Step: step, Answered: c.count, Questions: len(priced), USD: c.usd})
		},
	})
	if errors.Is(err, steps.ErrLater) {
		c.held, c.later, err = true, true, nil
	}
	return c, err
}

// questions renders the questions of parked actions that were priced, each once. They are rendered while they are sent,
// so that they are never all in memory.
func (a *apply) questions(ctx context.Context, parked []*action, priced map[string]bool) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		seen := map[string]bool{}
		enough := false // a kind that goes on asking all the same must not reach the receiver
		ask := func(ctx context.Context, q steps.Question) (steps.Reply, error) {
			if enough {
				return steps.Reply{}, errEnough
			}
			reply, err := a.Runner.opt.Gateway.Lookup(ctx, q)
			if errors.Is(err, steps.ErrPending) && priced[q.Key] && !seen[q.Key] {
				seen[q.Key] = true
				if enough = !yield(q, nil); enough {
					return reply, errEnough
				}
			}
			return reply, err
		}
		for _, act := range parked {
			_, err := a.executor().replay(ctx, *act.task, ask)
			if enough {
				return
			}
			if err != nil {
				yield(steps.Question{}, err)
				return
			}
		}
	}
}

// errEnough ends a replay whose receiver takes no more.
var errEnough = errors.New("enough")
