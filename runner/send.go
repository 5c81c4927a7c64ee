package runner

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"time"

	"sftrun.local/steps"
)

// How the questions of an apply come to be answered: noted by actions, priced and gated for a step as a whole, sent,
// and found by the actions when they are executed again.

// retry takes back refusals, and replies that the kind refused, before an action is tried again for them.
func (a *apply) retry(ctx context.Context, act *action) error {
	if act.old == nil || act.forgotten {
		return nil
	}
	act.forgotten = true
	var keys []string
	ask := func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		reply, err := a.Runner.opt.Gateway.Lookup(ctx, q)
		var refusal *steps.Refusal
		if errors.As(err, &refusal) {
			keys = append(keys, q.Key)
		}
		return reply, err
	}
	faulty, err := a.executor().replay(ctx, *act.task, ask)
	if err != nil {
		return err
	}
	return a.Runner.opt.Gateway.Forget(ctx, append(keys, faulty...))
}

// noting answers an action's questions from the ledger and notes those that have no answer.
func (a *apply) noting(act *action, pending map[string]int) asker {
	if !act.task.kind.Asks {
		return nil
	}
	return func(ctx context.Context, q steps.Question) (steps.Reply, error) {
		reply, err := a.Runner.opt.Gateway.Lookup(ctx, q)
		if errors.Is(err, steps.ErrPending) {
			pending[q.Key]++
		}
		return reply, err
	}
}

// gate prices the questions of a stage and has them sent, if nobody objects.
func (a *apply) gate(st *stage, p *progress) {
	p.sending = true
	parked := p.parked
	a.start(func(ctx context.Context) func() error {
		asks, err := a.price(ctx, parked)
		sent := false
		if err == nil {
			sent, err = a.admit(ctx, p.Name, asks)
		}
		usd := 0.0
		if err == nil && sent {
			usd, err = a.send(p.Name, parked, asks)
		}
		return func() error {
			p.sending = false
			p.USD += usd
			if err != nil {
				return fmt.Errorf("steps.%s: %w", p.Name, err)
			}
			if p.Held = !sent; p.Held {
				p.Asks = asks
				return nil
			}
			for act := range parked {
				p.queue = append(p.queue, act)
			}
			p.parked = map[*action]map[string]int{}
			p.Asked += asks.New
			return nil
		}
	})
}

// price replays parked actions to price their questions.
func (a *apply) price(ctx context.Context, parked map[*action]map[string]int) (Asks, error) {
	c := &counter{gateway: a.Runner.opt.Gateway, seen: map[string]bool{}, asks: Asks{Free: true, Priced: true}}
	for act := range parked {
		if _, err := a.executor().replay(ctx, *act.task, c.ask); err != nil {
			return c.asks, err
		}
	}
	if c.asks.New == 0 {
		return c.asks, errors.New("the same questions are asked again though they were answered: a defect of the kind or the ledger")
	}
	return c.asks, nil
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

// send obtains the answers. The bodies of the questions are rendered again while they are sent, so that they are never
// all in memory.
func (a *apply) send(step string, parked map[*action]map[string]int, asks Asks) (usd float64, err error) {
	n := 0
	err = a.Runner.opt.Gateway.Send(a.gentle, a.questions(a.gentle, parked), steps.Sending{
		Run: a.run.Started.Format(time.RFC3339), Step: step, Workers: a.workers(),
		Sent: func(s steps.Sent) {
			n++
			usd += s.USD
			a.later(Event{What: Sent, Step: step, Answered: n, Questions: asks.New, USD: usd})
		},
	})
	return usd, err
}

// questions renders the questions of parked actions that have no answer.
func (a *apply) questions(ctx context.Context, parked map[*action]map[string]int) iter.Seq2[steps.Question, error] {
	return func(yield func(steps.Question, error) bool) {
		seen := map[string]bool{}
		for act := range parked {
			ask := func(ctx context.Context, q steps.Question) (steps.Reply, error) {
				reply, err := a.Runner.opt.Gateway.Lookup(ctx, q)
				if errors.Is(err, steps.ErrPending) && !seen[q.Key] {
					seen[q.Key] = true
					if !yield(q, nil) {
						return reply, errEnough
					}
				}
				return reply, err
			}
			_, err := a.executor().replay(ctx, *act.task, ask)
			if errors.Is(err, errEnough) {
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
