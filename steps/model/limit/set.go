package limit

import (
	"strings"
	"sync"

	"sftrun.local/steps/model"
)

// A Set holds the limiters of a process, one for each model: all steps and runs that ask a model share its limits. The
// zero value is empty and ready.
type Set struct {
	mu    sync.Mutex
	known map[service]*Limiter
}

// service is what has a quota of its own.
type service struct{ provider, address, model string }

// Of returns the limiter of a model. Where several steps set limits for it, the lowest count.
func (s *Set) Of(m model.Settings, limits model.Limits) *Limiter {
	s.mu.Lock()
	defer s.mu.Unlock()
	name := service{m.Provider, strings.TrimRight(m.BaseURL, "/"), m.Name}
	l := s.known[name]
	if l == nil {
		l = New(limits)
		if s.known == nil {
			s.known = map[service]*Limiter{}
		}
		s.known[name] = l
		return l
	}
	l.lower(limits)
	return l
}
