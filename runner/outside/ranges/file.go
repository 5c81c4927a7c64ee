package ranges

import (
	"context"
	"errors"
	"fmt"
	"hash"
	"io"
	"sync"

	"sftrun.local/steps"
)

// A Fetch sends one request for the bytes of an object from off on, up to end, in the state that was listed, and returns
// its body. The body holds what was asked for; one that ends early is asked for again from there. An error is a *Passing,
// or final and named, such as that of [Changed]. Ctx ends the body too.
type Fetch func(ctx context.Context, off, end int64) (io.ReadCloser, error)

// An Object is what can be opened.
type Object struct {
	Name  string // as errors have it
	Size  int64  // bytes
	Fetch Fetch

	// Sum and Want are a fresh hash and what it must come to over all bytes, where the service tells that. It is checked if
	// the object is read from its beginning to its end.
	Sum  hash.Hash
	Want []byte
}

// Changed is the error of an object that is no longer the one that was listed.
func Changed(name string) error { return &changed{name} }

// ErrChanged is what errors of objects that changed are, for errors.Is.
var ErrChanged = errors.New("changed")

type changed struct{ name string }

func (c *changed) Error() string {
	return c.name + " changed while it was being read: nothing was made of it.  Run apply again when it is complete"
}

func (c *changed) Is(target error) bool { return target == ErrChanged }

// Open gives random access to an object. Reads fetch whole blocks and keep the last ones; where they follow each other,
// they go on in one request. They end when ctx ends.
func (p *Pool) Open(ctx context.Context, o Object) steps.Reader { return p.open(ctx, o, p.o.BlockSize) }

// peekBlock is how many bytes are fetched at a time of an object that is only looked into.
const peekBlock = 16 << 10

// Peek is Open for reads of a little here and there, such as a footer: it fetches small blocks.
func (p *Pool) Peek(ctx context.Context, o Object) steps.Reader {
	return p.open(ctx, o, min(peekBlock, p.o.BlockSize))
}

func (p *Pool) open(ctx context.Context, o Object, block int) steps.Reader {
	ctx, cancel := context.WithCancelCause(ctx)
	return &file{
		pool: p, ctx: ctx, cancel: cancel, object: o, proof: proof{object: o},
		size: int64(block), kept: newBlocks(p.o.CacheSize / block), last: -1,
	}
}

// file is an open object.
type file struct {
	pool   *Pool
	ctx    context.Context
	cancel context.CancelCauseFunc
	object Object
	size   int64 // of a block

	mu    sync.Mutex // one read at a time
	kept  *blocks
	long  *stream // goes on where the last read in order ended, parked; or nil
	last  int     // the block that was fetched last
	run   int     // how many blocks were fetched in order up to it
	proof proof
	bad   error // ends all reads
}

var errClosed = errors.New("read of a closed file")

func (f *file) Size() int64 { return f.object.Size }

// ReadAt is io.ReaderAt.
func (f *file) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 {
		return 0, fmt.Errorf("%s: read at %d", f.object.Name, off)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	n := 0
	for n < len(p) && off+int64(n) < f.object.Size {
		block, err := f.block(int((off+int64(n))/f.size), off+int64(len(p)))
		if err != nil {
			return n, err
		}
		n += copy(p[n:], block[(off+int64(n))%f.size:])
	}
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// Close ends reads that go on, and forgets the blocks.
func (f *file) Close() error {
	closed := fmt.Errorf("%s: %w", f.object.Name, errClosed)
	f.cancel(closed)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.bad = closed
	f.setLong(nil)
	f.kept = newBlocks(0)
	return nil
}
