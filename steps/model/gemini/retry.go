package gemini

import (
	"context"
	"errors"
	"time"
)

// mostTries is how often a step of an upload or download is tried before it is given up.
const mostTries = 6

// tries repeats steps of an upload or download while they fail for passing reasons. Progress gives new tries.
type tries struct {
	client *Client
	used   int
}

// again waits and returns nil if the step that failed should be tried again, or else why not.
func (t *tries) again(ctx context.Context, err error) error {
	var f *Failure
	if !errors.As(err, &f) || !f.Class.Passes() || f.Class == DailyQuota {
		return err
	}
	if t.used++; t.used >= mostTries {
		return err
	}
	return t.client.opt.Sleep(ctx, max(f.Wait, min(30*time.Second, time.Second<<(t.used-1))))
}

func (t *tries) progress() { t.used = 0 }
