package storetest

import (
	"context"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"strings"
	"sync"
	"time"

	"sftrun.local/runner/store"
)

// Memory is a store.Bucket and a store.Swapper in a map. The zero value is empty. It tells time by time.Now.
type Memory struct {
	mu      sync.Mutex
	objects map[string]store.Version
	swaps   int
}

func (m *Memory) find(ctx context.Context, op, name string) (store.Version, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	v, ok := m.objects[name]
	switch {
	case ctx.Err() != nil:
		return v, ctx.Err()
	case !fs.ValidPath(name):
		return v, &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	case !ok:
		return v, &fs.PathError{Op: op, Path: name, Err: fs.ErrNotExist}
	}
	return v, nil
}

// Create implements store.Bucket.
func (m *Memory) Create(ctx context.Context, name string, data []byte) error {
	_, err := m.Swap(ctx, name, "", data)
	return err
}

// Load implements store.Swapper.
func (m *Memory) Load(ctx context.Context, name string) (store.Version, error) {
	v, err := m.find(ctx, "load", name)
	v.Now = time.Now()
	return v, err
}

// Swap implements store.Swapper.
func (m *Memory) Swap(ctx context.Context, name, old string, data []byte) (string, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	switch {
	case ctx.Err() != nil:
		return "", ctx.Err()
	case !fs.ValidPath(name):
		return "", &fs.PathError{Op: "create", Path: name, Err: fs.ErrInvalid}
	case m.objects[name].Tag != old:
		return "", &fs.PathError{Op: "create", Path: name, Err: fs.ErrExist}
	case m.objects == nil:
		m.objects = map[string]store.Version{}
	}
	m.swaps++
	tag := fmt.Sprint("tag ", m.swaps)
	m.objects[name] = store.Version{Data: slices.Clone(data), Tag: tag, Written: time.Now()}
	return tag, nil
}

// Read implements store.Bucket.
func (m *Memory) Read(ctx context.Context, name string) ([]byte, error) {
	v, err := m.find(ctx, "read", name)
	return slices.Clone(v.Data), err
}

// ReadAt implements store.Bucket.
func (m *Memory) ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error) {
	v, err := m.find(ctx, "read", name)
	if err == nil && (off < 0 || n < 0) {
		err = &fs.PathError{Op: "read", Path: name, Err: fs.ErrInvalid}
	}
	if err != nil {
		return nil, err
	}
	end := int64(len(v.Data))
	off = min(off, end)
	return slices.Clone(v.Data[off:min(off+n, end)]), nil
}

// Size implements store.Bucket.
func (m *Memory) Size(ctx context.Context, name string) (int64, error) {
	v, err := m.find(ctx, "size", name)
	return int64(len(v.Data)), err
}

// List implements store.Bucket.
func (m *Memory) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		m.mu.Lock()
		names := slices.Sorted(maps.Keys(m.objects))
		m.mu.Unlock()
		for _, name := range names {
			if err := ctx.Err(); err != nil {
				yield("", err)
				return
			}
			if strings.HasPrefix(name, prefix) && !yield(name, nil) {
				return
			}
		}
	}
}

// Delete implements store.Bucket.
func (m *Memory) Delete(ctx context.Context, name string) error {
	if !fs.ValidPath(name) {
		return &fs.PathError{Op: "delete", Path: name, Err: fs.ErrInvalid}
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	delete(m.objects, name)
	return ctx.Err()
}
