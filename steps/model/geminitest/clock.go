package geminitest

import (
	"path/filepath"
	"sync"
	"time"
)

// clock is a clock that can be moved, and stays so after a restart.
type clock struct {
	real func() time.Time
	at   string // file that keeps the shift

	mu    sync.Mutex
	Shift time.Duration `json:"shift"`
}

func newClock(o Options) (*clock, error) {
	c := &clock{real: o.Now, at: filepath.Join(o.Dir, "clock.json")}
	return c, readJSON(c.at, c)
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.real().Add(c.Shift).UTC()
}

func (c *clock) advance(d time.Duration) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.Shift += d
	return writeJSON(c.at, c)
}

// Now is the time by the emulator's clock.
func (s *Server) Now() time.Time { return s.clock.now() }

// Advance moves the clock forward: jobs go on, files expire, limits are free again.
func (s *Server) Advance(d time.Duration) error { return s.clock.advance(d) }

// stamp writes a time as the service does.
func stamp(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000000Z") }
