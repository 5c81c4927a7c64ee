package ranges

import (
	"context"
	"slices"
	"sync"
)

// lines bounds the requests under way. An open file may keep one going between reads; such a parked stream is
// given up, the longest unused first, when somebody else has nothing left, so that files that nobody reads block nobody.
type lines struct {
	mu      sync.Mutex
	free    int
	parked  []*stream
	changed chan struct{} // closed when somebody may go on, nil while nobody waits
}

// take waits for a line. The caller gives it back, or parks a stream with it.
func (c *lines) take(ctx context.Context) error {
	for {
		ok, changed := c.tryTake()
		if ok {
			return nil
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
}

func (c *lines) tryTake() (bool, <-chan struct{}) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.free > 0 {
		c.free--
		return true, nil
	}
	if len(c.parked) > 0 {
		c.parked[0].hangUp()
		c.parked = slices.Delete(c.parked, 0, 1)
		return true, nil
	}
	if c.changed == nil {
		c.changed = make(chan struct{})
	}
	return false, c.changed
}

func (c *lines) give() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.free++
	c.tell()
}

// park leaves a stream with its line until somebody needs one.
func (c *lines) park(s *stream) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.parked = append(c.parked, s)
	c.tell()
}

// unpark takes a stream back. False means that its line went to somebody else.
func (c *lines) unpark(s *stream) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := slices.Index(c.parked, s)
	if i < 0 {
		return false
	}
	c.parked = slices.Delete(c.parked, i, i+1)
	return true
}

func (c *lines) tell() {
	if c.changed != nil {
		close(c.changed)
		c.changed = nil
	}
}
