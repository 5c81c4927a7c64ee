package limit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps/model"
)

// patience is how long a service may refuse everything before waiting for it is given up.
const patience = 30 * time.Minute

// Client returns a client that asks another one, within the limits. When model.Waiting ends while it waits, nothing is
// asked. A *model.Trouble of the other client is passed on, so that it can be tried again, by passing here again; after
// half an hour in which everything was refused it is a *Starved.
func (l *Limiter) Client(next model.Client) model.Client { return limited{l, next} }

type limited struct {
	*Limiter
	next model.Client
}

func (l limited) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	pass, err := l.Take(model.Waiting(ctx), l.estimate(r))
	if err != nil {
		return model.Answer{}, model.Provenance{}, err
	}
	back := pass.Failed
	defer func() { back() }()
	answer, from, err := l.next.Generate(ctx, r)
	var trouble *model.Trouble
	switch {
	case errors.As(err, &trouble) && trouble.Class == model.MinuteQuota:
		back = func() {}
		if starved := pass.Refused(trouble); starved > l.patience {
			err = &Starved{Model: r.Model.Name, For: starved, Last: trouble.Error()}
		}
	case err == nil:
		back = func() { pass.Done(used(r.Model.Provider, answer.Usage)) }
		l.learn(r, answer.Usage)
	}
	return answer, from, err
}

func (l *Limiter) learn(r model.Request, u model.Usage) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.density.note(promptBytes(r), u.In)
}

// Starved says that a service refused every request for so long that waiting on would be in vain.
type Starved struct {
	Model string
	For   time.Duration
	Last  string // what the service said at last
}

func (s *Starved) Error() string {
	return fmt.Sprintf("model %s has taken no request for %s, the last time for: %s: look at its quota, and apply again when it has some",
		s.Model, s.For.Round(time.Second), s.Last)
}
