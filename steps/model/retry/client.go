package retry

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// longestAsked bounds what a service may ask for in a reply that names a time to wait and no quota.
const longestAsked = 10 * time.Minute

// Client returns a client that asks another one, a limiter's, until it answers, as far as policy allows. What tries were
// billed that came to nothing is in the usage and the cost of what it returns.
func Client(next model.Client, policy func(model.Settings) model.Retry) model.Client {
	return client{next, policy}
}

type client struct {
	next   model.Client
	policy func(model.Settings) model.Retry
}

// Generate implements model.Client.
func (c client) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	policy := c.policy(r.Model).Filled()
	var before bill
	for tries := 0; ; {
		answer, from, err := c.next.Generate(ctx, r)
		before.addTo(&answer, &from)
		var trouble *model.Trouble
		if !errors.As(err, &trouble) {
			return answer, from, err
		}
		before = bill{answer.Usage, from.CostUSD}
		switch trouble.Class {
		case model.MinuteQuota:
			continue
		case model.DayQuota:
			return answer, from, &model.Spent{Model: r.Model.Name, Reset: trouble.Reset, Detail: trouble.Detail}
		}
		if tries++; tries >= policy.Tries {
			return answer, from, refusal(trouble, tries)
		}
		if err := pause(model.Waiting(ctx), policy, tries, trouble.Wait); err != nil {
			return answer, from, err
		}
	}
}

// A bill is what the tries before were billed.
type bill struct {
	usage model.Usage
	usd   float64
}

func (b bill) addTo(a *model.Answer, from *model.Provenance) {
	a.Usage.In += b.usage.In
	a.Usage.Out += b.usage.Out
	a.Usage.Thought += b.usage.Thought
	a.Usage.Cached += b.usage.Cached
	from.CostUSD += b.usd
}

func refusal(t *model.Trouble, tries int) *steps.Refusal {
	times := "asked once"
	if tries > 1 {
		times = fmt.Sprintf("asked %d times", tries)
	}
	if t.Detail != "" {
		times += ", at last: " + t.Detail
	}
	return &steps.Refusal{Reason: t.Class.String(), Detail: times, Transient: true}
}

// pause waits before the next try: a random part of what the policy allows, or as long as the service asked.
func pause(ctx context.Context, policy model.Retry, tries int, asked time.Duration) error {
	most := policy.Wait(tries)
	timer := time.NewTimer(max(most/2+rand.N(most/2+1), min(asked, longestAsked)))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
