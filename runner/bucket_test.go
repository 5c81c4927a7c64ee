package runner_test

import (
	"context"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
)

// memory is a bucket in a map, for tests that are not about disks.
type memory struct {
	mu   sync.Mutex
	data map[string][]byte
}

func (m *memory) Create(ctx context.Context, name string, data []byte) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	if _, ok := m.data[name]; ok {
		return &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	}
	m.data[name] = slices.Clone(data)
	return ctx.Err()
}

func (m *memory) Read(ctx context.Context, name string) ([]byte, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	data, ok := m.data[name]
	if !ok {
		return nil, &fs.PathError{Op: "read", Path: name, Err: fs.ErrNotExist}
	}
	return slices.Clone(data), ctx.Err()
}

func (m *memory) ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error) {
	data, err := m.Read(ctx, name)
	if err != nil {
		return nil, err
	}
	off = min(off, int64(len(data)))
	return data[off:min(off+n, int64(len(data)))], nil
}

func (m *memory) Size(ctx context.Context, name string) (int64, error) {
	data, err := m.Read(ctx, name)
	return int64(len(data)), err
}

func (m *memory) List(_ context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.data))
		m.mu.Unlock()
		for _, name := range names {
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

func (m *memory) Delete(_ context.Context, name string) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.data, name)
	return nil
}
