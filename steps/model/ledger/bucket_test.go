package ledger

import (
	"bytes"
	"context"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// memBucket is a Bucket in a map. If before is set it is called ahead of every change, and its error stops the change.
type memBucket struct {
	mu      sync.Mutex
	objects map[string][]byte
	before  func(op, name string) error
}

func newBucket() *memBucket { return &memBucket{objects: map[string][]byte{}} }

func (b *memBucket) change(op, name string, f func() error) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.before != nil {
		if err := b.before(op, name); err != nil {
			return err
		}
	}
	return f()
}

func (b *memBucket) Create(_ context.Context, name string, data []byte) error {
	return b.change("create", name, func() error {
		if _, ok := b.objects[name]; ok {
			return fs.ErrExist
		}
		b.objects[name] = bytes.Clone(data)
		return nil
	})
}

func (b *memBucket) Delete(_ context.Context, name string) error {
	return b.change("delete", name, func() error {
		delete(b.objects, name)
		return nil
	})
}

func (b *memBucket) Read(_ context.Context, name string) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.objects[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	return bytes.Clone(data), nil
}

func (b *memBucket) ReadAt(_ context.Context, name string, off, n int64) ([]byte, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	data, ok := b.objects[name]
	if !ok {
		return nil, fs.ErrNotExist
	}
	size := int64(len(data))
	return bytes.Clone(data[min(off, size):min(off+n, size)]), nil
}

func (b *memBucket) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for _, name := range b.names() {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func (b *memBucket) names() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return slices.Sorted(maps.Keys(b.objects))
}

// copy is the bucket as a loss of power now would leave it.
func (b *memBucket) copy() *memBucket {
	b.mu.Lock()
	defer b.mu.Unlock()
	return &memBucket{objects: maps.Clone(b.objects)}
}

// damage replaces an object by what f makes of a copy of it.
func (b *memBucket) damage(name string, f func([]byte) []byte) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.objects[name] = f(bytes.Clone(b.objects[name]))
}
