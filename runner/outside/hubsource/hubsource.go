// Package hubsource gives a runner the datasets of the Hugging Face Hub: addresses hf://OWNER/NAME.
//
// A branch is resolved to its commit once in the life of a Source, and what is listed once is not listed again, so that
// a plan and the apply behind it see one state of a dataset. The client is made when an address is first asked for, so
// that a wrong token or endpoint concerns nobody who reads files of this machine alone.
package hubsource

import (
	"cmp"
	"context"
	"slices"
	"sync"

	"sftrun.local/runner"
	"sftrun.local/runner/outside/hub"
	"sftrun.local/steps"
)

// Source is the Hub as a runner.Source.
type Source struct {
	client func() (*hub.Client, error)

	listing sync.Mutex
	commits map[hub.Address]string // by address without its pattern
	listed  map[steps.Wanted]runner.Listing

	mu   sync.Mutex
	made *hub.Client
}

// New makes a Source of a client that is made when it is needed, once. Nothing is sent before.
func New(client func() (*hub.Client, error)) *Source {
	s := &Source{commits: map[hub.Address]string{}, listed: map[steps.Wanted]runner.Listing{}}
	s.client = sync.OnceValues(func() (*hub.Client, error) {
		c, err := client()
		s.mu.Lock()
		defer s.mu.Unlock()
		s.made = c
		return c, err
	})
	return s
}

// Claims tells whether a text is meant to be an address of the Hub.
func (s *Source) Claims(text string) bool { return hub.IsAddress(text) }

// List pins the address and lists what is wanted of it.
func (s *Source) List(ctx context.Context, w steps.Wanted) (runner.Listing, error) {
	s.listing.Lock()
	defer s.listing.Unlock()
	if known, ok := s.listed[w]; ok {
		known.Shards = slices.Clone(known.Shards)
		return known, nil
	}
	found, err := s.list(ctx, w)
	if err != nil {
		return runner.Listing{}, err
	}
	s.listed[w] = found
	found.Shards = slices.Clone(found.Shards)
	return found, nil
}

func (s *Source) list(ctx context.Context, w steps.Wanted) (runner.Listing, error) {
	address, err := hub.Parse(w.From)
	if err != nil {
		return runner.Listing{}, err
	}
	client, err := s.client()
	if err != nil {
		return runner.Listing{}, err
	}
	commit, err := s.pin(ctx, client, address)
	if err != nil {
		return runner.Listing{}, err
	}
	pinned := address.At(commit)
	shards, err := client.List(ctx, pinned, w.Config, w.Split)
	return runner.Listing{Shards: shards, Pin: pinned.String(), State: stateOf(address, commit)}, err
}

// pin resolves a revision once, whatever is listed of it.
func (s *Source) pin(ctx context.Context, client *hub.Client, a hub.Address) (string, error) {
	a.Pattern = ""
	if commit, ok := s.commits[a]; ok {
		return commit, nil
	}
	commit, err := client.Pin(ctx, a)
	if err == nil {
		s.commits[a] = commit
	}
	return commit, err
}

// stateOf says which commit a branch or tag stands for. An address of a commit says it itself.
func stateOf(a hub.Address, commit string) string {
	if a.Pinned() {
		return ""
	}
	return cmp.Or(a.Revision, "main") + " is " + commit[:8]
}

// Peek opens a file that List gave, to read a few bytes here and there.
func (s *Source) Peek(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	client, err := s.client()
	if err != nil {
		return nil, err
	}
	return client.Peek(ctx, shard.Place, shard.Size, shard.Digest)
}

// Open opens a file that List gave.
func (s *Source) Open(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	client, err := s.client()
	if err != nil {
		return nil, err
	}
	return client.Open(ctx, shard.Place, shard.Size, shard.Digest)
}

// Close lets go of connections.
func (s *Source) Close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.made != nil {
		s.made.Close()
	}
}
