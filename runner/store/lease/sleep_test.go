package lease

import (
	"context"
	"errors"
	"testing"
	"time"
)

func TestALeaseOfAMachineThatSleptIsLost(t *testing.T) {
	for _, c := range []struct {
		slept time.Duration
		lost  bool
	}{{0, false}, {45 * time.Second, false}, {55 * time.Second, true}, {time.Hour, true}} {
		l := &Lease{name: "apply", renewed: time.Now().Round(0).Add(-c.slept)} // by the wall clock alone
		l.ctx, l.lose = context.WithCancelCause(t.Context())
		if err := l.Check(); errors.As(err, new(*LostError)) != c.lost {
			t.Errorf("after %s: %v", c.slept, err)
		}
	}
}
