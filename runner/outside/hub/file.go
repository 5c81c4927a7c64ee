package hub

import (
	"context"
	"io"
	"time"

	"sftrun.local/runner/outside/ranges"
	"sftrun.local/steps"
)

// Open gives random access to a file that List named, with the place, size and digest that List gave. It asks the Hub
// where the file lies and reads nothing yet. Reads end when ctx ends. A file that is read from its beginning to its end is
// hashed along the way, and the last read fails if the digest is another one. A digest of "" is not checked.
//
// Errors are, besides those of ctx, one of ErrNoAccess, ErrGated, ErrNotFound, ErrChanged and ErrBusy, and name the file.
func (c *Client) Open(ctx context.Context, at string, size int64, digest string) (steps.Reader, error) {
	p, err := parsePlace(at)
	if err != nil {
		return nil, err
	}
	sum, want, err := proof(p, size, digest)
	if err != nil {
		return nil, err
	}
	f := &file{c: c, place: p, size: size, digest: digest}
	locate := func(ctx context.Context, _ func(io.Reader) io.Reader) error { return f.locate(ctx) }
	if err := c.pool.Ask(ctx, ranges.Request{What: p.short(), Wait: f.wait, Send: locate}); err != nil {
		return nil, err
	}
	return c.pool.Open(ctx, ranges.Object{Name: p.short(), Size: size, Fetch: f.fetch, Wait: f.wait, Sum: sum, Want: want}), nil
}

// file is a file of the Hub that is read. Its methods are called one at a time.
type file struct {
	c      *Client
	place  place
	size   int64
	digest string
	at     *location // nil if the Hub has to be asked
}

// locate asks the Hub, once, where the file lies, if that is not known.
func (f *file) locate(ctx context.Context) (err error) {
	if f.at == nil {
		f.at, err = f.c.resolve(ctx, f.place, f.size, f.digest)
	}
	return err
}

// wait is how long the Hub wants no request for the file; bytes that come from another host are not its business.
func (f *file) wait() time.Duration {
	if f.at == nil || f.c.own(f.at.url) {
		return f.c.limits.wait(groupResolve)
	}
	return 0
}
