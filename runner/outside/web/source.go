package web

import (
	"context"
	"io"
	"net/http"
	"slices"
	"sync"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/ranges"
	"sftrun.local/steps"
)

// Options are for tests and measurements, but for Agent; the zero value is what a user wants.
type Options struct {
	Agent     string // what the client calls itself; "sftrun" if ""
	Ranges    ranges.Options
	Transport http.RoundTripper // nil = one with the proxies of the environment
}

// Source is a runner.Source of files on web servers.
type Source struct {
	agent string
	http  http.Client
	pool  *ranges.Pool

	mu     sync.Mutex
	listed map[string]runner.Listing // by address
}

// New returns a source. It sends nothing.
func New(o Options) *Source {
	s := &Source{agent: o.Agent, pool: ranges.New(o.Ranges), listed: map[string]runner.Listing{}}
	if s.agent == "" {
		s.agent = "sftrun"
	}
	if o.Transport == nil {
		t := http.DefaultTransport.(*http.Transport).Clone()
		t.MaxIdleConnsPerHost = 16
		o.Transport = t
	}
	s.http = http.Client{Transport: o.Transport, CheckRedirect: stay}
	return s
}

// stay leaves redirects to request.go.
func stay(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }

// Received returns how many bytes of files have come in so far.
func (s *Source) Received() int64 { return s.pool.Received() }

// Close lets go of idle connections.
func (s *Source) Close() { s.http.CloseIdleConnections() }

// Claims implements runner.Source.
func (s *Source) Claims(text string) bool { return isAddress(text) }

// List implements runner.Source. An address is one file, named by the last part of its path.
func (s *Source) List(ctx context.Context, w steps.Wanted) (runner.Listing, error) {
	u, err := parse(w.From)
	if err != nil {
		return runner.Listing{}, err
	}
	s.mu.Lock()
	found, ok := s.listed[w.From]
	s.mu.Unlock()
	if !ok {
		a, err := s.about(ctx, u)
		if err != nil {
			return runner.Listing{}, err
		}
		found.Shards = []steps.Shard{{Name: name(u), Place: u.String(), Size: a.size, Digest: a.digest()}}
		s.mu.Lock()
		s.listed[w.From] = found
		s.mu.Unlock()
	}
	return runner.Listing{Shards: slices.Clone(found.Shards)}, nil
}

// Open implements runner.Source.
func (s *Source) Open(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	o, err := s.object(ctx, shard)
	if err != nil {
		return nil, err
	}
	return s.pool.Open(ctx, o), nil
}

// Peek implements runner.Peeker.
func (s *Source) Peek(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	o, err := s.object(ctx, shard)
	if err != nil {
		return nil, err
	}
	return s.pool.Peek(ctx, o), nil
}

// object makes sure that a shard is as it was listed, and tells how to read it.
func (s *Source) object(ctx context.Context, shard steps.Shard) (ranges.Object, error) {
	u, err := parse(shard.Place)
	if err != nil {
		return ranges.Object{}, err
	}
	a, err := s.about(ctx, u)
	if err != nil {
		return ranges.Object{}, err
	}
	if a.digest() != shard.Digest {
		return ranges.Object{}, ranges.Changed(a.name())
	}
	fetch := func(ctx context.Context, off, end int64) (io.ReadCloser, error) { return s.read(ctx, a, off, end) }
	return ranges.Object{Name: a.name(), Size: a.size, Fetch: fetch}, nil
}
