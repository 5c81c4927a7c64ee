// Package spool has shards that are read twice come once over the network.
//
// JSON lines are read from beginning to end to count the rows, and then again for those that were picked. What is read of
// a shard from its beginning on, without a gap, is kept while the shard is open, and read again from here. As soon as a
// reader jumps ahead, as those of Parquet do, nothing is kept any more.
//
// The start of a shard is kept in memory, more in a temporary file; of these there are as many at a time as shards are
// open, each no larger than its shard. A temporary file has no name while it is used where the system allows that, so
// that a kill leaves nothing; elsewhere [Sweep] removes what a kill has left. If there is no room for it the shard is
// read twice.
package spool

import (
	"context"
	"io"
	"os"
	"sync"

	"sftrun.local/runner"
	"sftrun.local/steps"
)

// Source is a runner.Source whose open shards keep what they have read.
type Source struct {
	runner.Source
	dir string
}

// New wraps a source. Temporary files are written in the folder dir, which is made when it is needed.
func New(s runner.Source, dir string) *Source { return &Source{s, dir} }

// Sweep removes what a kill has left in a folder of temporary files. Nobody may be using it.
func Sweep(dir string) error { return os.RemoveAll(dir) }

// Open opens a shard of the source.
func (s *Source) Open(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	r, err := s.Source.Open(ctx, shard)
	if err != nil {
		return nil, err
	}
	return &reader{Reader: r, dir: s.dir}, nil
}

// Peek opens a shard of the source of which little will be read. None of it is kept.
func (s *Source) Peek(ctx context.Context, shard steps.Shard) (steps.Reader, error) {
	if p, ok := s.Source.(runner.Peeker); ok {
		return p.Peek(ctx, shard)
	}
	return s.Source.Open(ctx, shard)
}

// reader is an open shard. It keeps the bytes before have, in start or in file, until it is said to jump.
type reader struct {
	steps.Reader
	dir string

	mu    sync.Mutex
	have  int64
	start []byte
	file  *os.File // nil while start holds all
	jumps bool
}

// mostInMemory is how many bytes are kept before there is a file.
const mostInMemory = 256 << 10

// ReadAt takes what is kept, and the rest from the source.
func (r *reader) ReadAt(p []byte, off int64) (int, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if off < 0 || off > r.have || r.jumps {
		r.drop()
		return r.Reader.ReadAt(p, off)
	}
	n, err := r.kept(p[:min(int64(len(p)), r.have-off)], off)
	if err != nil {
		r.drop()
		return r.Reader.ReadAt(p, off)
	}
	if n == len(p) {
		return n, nil
	}
	if off+int64(n) == r.Size() {
		return n, io.EOF
	}
	more, err := r.Reader.ReadAt(p[n:], r.have)
	r.keep(p[n : n+more])
	return n + more, err
}

// kept reads bytes that are kept.
func (r *reader) kept(p []byte, off int64) (int, error) {
	if r.file == nil {
		return copy(p, r.start[off:]), nil
	}
	return r.file.ReadAt(p, off)
}

// keep keeps the next bytes of the shard, if that can be done.
func (r *reader) keep(p []byte) {
	if r.file == nil && len(r.start)+len(p) <= mostInMemory {
		r.start = append(r.start, p...)
		r.have += int64(len(p))
		return
	}
	if r.file == nil && !r.spill() {
		r.drop()
		return
	}
	if _, err := r.file.WriteAt(p, r.have); err != nil {
		r.drop()
		return
	}
	r.have += int64(len(p))
}

// spill moves what is kept to a file.
func (r *reader) spill() bool {
	if os.MkdirAll(r.dir, 0o755) != nil {
		return false
	}
	file, err := os.CreateTemp(r.dir, "shard-*")
	if err != nil {
		return false
	}
	os.Remove(file.Name()) // or when it is closed, on systems that do not take names away from open files
	r.file = file
	_, err = file.WriteAt(r.start, 0)
	r.start = nil
	return err == nil
}

// drop keeps nothing any more.
func (r *reader) drop() {
	r.jumps, r.start, r.have = true, nil, 0
	if r.file != nil {
		r.file.Close()
		os.Remove(r.file.Name())
		r.file = nil
	}
}

// Close ends reads that go on, and removes what is kept.
func (r *reader) Close() error {
	err := r.Reader.Close()
	r.mu.Lock()
	defer r.mu.Unlock()
	r.drop()
	return err
}
