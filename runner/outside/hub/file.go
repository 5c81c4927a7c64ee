package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"

	"sftrun.local/steps"
)

// Open gives random access to a file that List named, with the place, size and digest that List gave. It asks the Hub
// where the file lies and reads nothing yet. Reads fetch small blocks and keep the last ones; where they follow each
// other, they fetch more and more ahead, and at last go on in one request. They end when ctx ends. A file that is read from its beginning to its end is hashed
// along the way, and the last read fails if the digest is another one. A digest of "" is not checked.
//
// Errors are, besides those of ctx, one of ErrNoAccess, ErrGated, ErrNotFound, ErrChanged and ErrBusy, and name the file.
func (c *Client) Open(ctx context.Context, at string, size int64, digest string) (steps.Reader, error) {
	return c.open(ctx, at, size, digest, c.o.BlockSize)
}

// open opens a file that is fetched in blocks of so many bytes.
func (c *Client) open(ctx context.Context, at string, size int64, digest string, block int) (steps.Reader, error) {
	p, err := parsePlace(at)
	if err != nil {
		return nil, err
	}
	proof, err := newProof(p, size, digest)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	f := &file{c: c, ctx: ctx, cancel: cancel, place: p, size: size, digest: digest, proof: proof, each: int64(block)}
	f.kept = newBlocks(c.o.CacheSize / block)
	if err := f.effort().try(ctx, func() (bool, error) { return false, f.locate() }); err != nil {
		cancel(err)
		return nil, err
	}
	return f, nil
}

// file is an open file of the Hub.
type file struct {
	c      *Client
	ctx    context.Context
	cancel context.CancelCauseFunc
	place  place
	size   int64
	digest string
	each   int64 // bytes that are fetched at a time

	mu     sync.Mutex // one read at a time
	at     *location  // nil if the Hub has to be asked
	kept   *blocks
	fronts fronts
	long   *stream // goes on where the last read in order ended, parked; or nil
	proof  *proof
	bad    error // ends all reads
}

var errClosed = errors.New("read of a closed file")

func (f *file) Size() int64 { return f.size }

// ReadAt is io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("%s: read at %d", f.place.short(), off)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for n < len(p) && off+int64(n) < f.size {
		block, err := f.block(int((off+int64(n))/f.blockSize()), off+int64(len(p)))
		if err != nil {
			return n, err
		}
		n += copy(p[n:], block[(off+int64(n))%f.blockSize():])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

func (f *file) blockSize() int64 { return f.each }

// locate asks the Hub, once, where the file lies, if that is not known.
func (f *file) locate() (err error) {
	if f.at == nil {
		f.at, err = f.c.resolve(f.ctx, f.place, f.size, f.digest)
	}
	return err
}

func (f *file) effort() *effort {
	return &effort{c: f.c, where: f.place.short(), group: f.group, most: f.c.o.Tries}
}

// group is the rate limit that the next request counts against: none where the bytes come from another host.
func (f *file) group() string {
	if f.at == nil || f.c.own(f.at.url) {
		return groupResolve
	}
	return ""
}

// Close ends reads that go on, and forgets the blocks.
func (f *file) Close() error {
	closed := fmt.Errorf("%s: %w", f.place.short(), errClosed)
	f.cancel(closed)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad = closed
	f.setLong(nil)
	f.kept = newBlocks(0)
	return nil
}
