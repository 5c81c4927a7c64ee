package bucket

import (
	"context"
	"crypto/md5"
	"hash"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/ranges"
	"sftrun.local/steps"
)

// Options may all be left out.
type Options struct {
	// Env holds variables by which a cloud is reached, such as AWS_REGION; they go before those of the environment.
	Env map[string]string

	Ranges    ranges.Options
	Transport http.RoundTripper // nil = one that gives up on connections that stand still
}

// Source is a runner.Source of objects in buckets. Keys, regions and endpoints are looked for where the services' own
// tools look, when the first address of a service is listed. What everybody may read needs no keys.
type Source struct {
	o    Options
	pool *ranges.Pool

	mu     sync.Mutex
	clouds map[string]service // by scheme
	idle   []func()
	listed map[string]runner.Listing // by address
}

// New returns a source. It sends nothing and reads no settings.
func New(o Options) *Source {
	return &Source{o: o, pool: ranges.New(o.Ranges), clouds: map[string]service{}, listed: map[string]runner.Listing{}}
}

// Received returns how many bytes of objects have come in so far.
func (s *Source) Received() int64 { return s.pool.Received() }

// Close lets go of idle connections.
func (s *Source) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, end := range s.idle {
		end()
	}
}

// Claims implements runner.Source.
func (s *Source) Claims(text string) bool { return isAddress(text) }

// List implements runner.Source. Objects of a pattern are named by their keys below its fixed folder.
func (s *Source) List(ctx context.Context, w steps.Wanted) (runner.Listing, error) {
	a, err := parse(w.From)
	if err != nil {
		return runner.Listing{}, err
	}
	cloud, err := s.cloud(ctx, a.scheme)
	if err != nil {
		return runner.Listing{}, err
	}
	s.mu.Lock()
	found, ok := s.listed[w.From]
	s.mu.Unlock()
	if !ok {
		if found, err = s.list(ctx, a, cloud); err != nil {
			return runner.Listing{}, err
		}
		s.mu.Lock()
		s.listed[w.From] = found
		s.mu.Unlock()
	}
	return runner.Listing{Shards: slices.Clone(found.Shards)}, nil
}

// Open implements runner.Source. It asks once whether the object is still the one that was listed; reads ask for that
// very state.
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
	scheme, rest, _ := strings.Cut(shard.Place, "://")
	name, key, _ := strings.Cut(rest, "/")
	a := address{scheme, name, key}
	cloud, err := s.cloud(ctx, scheme)
	if err != nil {
		return ranges.Object{}, err
	}
	o, err := s.again(ctx, shard, a, cloud)
	if err != nil {
		return ranges.Object{}, err
	}
	fetch := func(ctx context.Context, off, end int64) (io.ReadCloser, error) {
		return cloud.read(ctx, a.bucket, o, off, end)
	}
	var sum hash.Hash
	if o.md5 != nil {
		sum = md5.New()
	}
	return ranges.Object{Name: shard.Place, Size: o.size, Fetch: fetch, Sum: sum, Want: o.md5}, nil
}

// cloud returns the service of a scheme, connected at the first use.
func (s *Source) cloud(ctx context.Context, scheme string) (service, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if known := s.clouds[scheme]; known != nil {
		return known, nil
	}
	var made service
	var idle func()
	var err error
	if scheme == "s3" {
		made, idle, err = openS3(ctx, s.o.Env, s.o.Transport)
	} else {
		made, idle = openGCS(s.o.Env, s.o.Transport)
	}
	if err != nil {
		return nil, err
	}
	s.clouds[scheme], s.idle = made, append(s.idle, idle)
	return made, nil
}
