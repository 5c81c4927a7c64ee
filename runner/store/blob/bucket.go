package blob

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps/fault"
)

var (
	_ store.Bucket  = (*Bucket)(nil)
	_ store.Swapper = (*Bucket)(nil)
	_ store.Sizer   = (*Bucket)(nil)
)

func (b *Bucket) key(name string) (string, error) {
	if !isName(name) {
		return "", fmt.Errorf("store: %q is no name of an object", name)
	}
	return b.place.key(name), nil
}

// Read implements store.Bucket.
func (b *Bucket) Read(ctx context.Context, name string) ([]byte, error) {
	return b.get(ctx, name, 0, -1)
}

// ReadAt implements store.Bucket.
func (b *Bucket) ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error) {
	if off < 0 || n < 0 {
		return nil, fmt.Errorf("store: read %s: there are no %d bytes at %d", name, n, off)
	}
	if n == 0 { // no range says this; but the object must be there
		_, err := b.Size(ctx, name)
		return []byte{}, err
	}
	return b.get(ctx, name, off, n)
}

func (b *Bucket) get(ctx context.Context, name string, off, n int64) (data []byte, err error) {
	key, err := b.key(name)
	if err != nil {
		return nil, err
	}
	err = b.try(ctx, func(ctx context.Context) error {
		data, err = b.cloud.get(ctx, key, off, n)
		return err
	})
	return data, b.explain(ctx, "read", name, err)
}

// Size implements store.Bucket.
func (b *Bucket) Size(ctx context.Context, name string) (int64, error) {
	key, err := b.key(name)
	if err != nil {
		return 0, err
	}
	got, err := b.head(ctx, key)
	return got.size, b.explain(ctx, "size", name, err)
}

func (b *Bucket) head(ctx context.Context, key string) (got about, err error) {
	err = b.try(ctx, func(ctx context.Context) error {
		got, err = b.cloud.head(ctx, key)
		return err
	})
	return got, err
}

// Load implements store.Swapper.
func (b *Bucket) Load(ctx context.Context, name string) (store.Version, error) {
	key, err := b.key(name)
	if err != nil {
		return store.Version{}, err
	}
	var data []byte
	var got about
	err = b.try(ctx, func(ctx context.Context) error {
		data, got, err = b.cloud.load(ctx, key)
		return err
	})
	return store.Version{Data: data, Tag: got.tag, Written: got.written, Now: got.now}, b.explain(ctx, "read", name, err)
}

// List implements store.Bucket. Names are fetched a page at a time, as they are asked for. Probes, which lie in "tmp",
// are not listed.
func (b *Bucket) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		for e, err := range b.Sizes(ctx, prefix) {
			if !yield(e.Name, err) {
				return
			}
		}
	}
}

// Sizes implements store.Sizer.
func (b *Bucket) Sizes(ctx context.Context, prefix string) iter.Seq2[store.Entry, error] {
	return func(yield func(store.Entry, error) bool) {
		last := ""
		for token, more := "", true; more; more = token != "" {
			found, next, err := b.page(ctx, prefix, token)
			if err != nil {
				yield(store.Entry{}, err)
				return
			}
			for _, e := range found {
				if e.Name < last {
					yield(store.Entry{}, b.unordered())
					return
				}
				if last = e.Name; !strings.HasPrefix(e.Name, "tmp/") && !yield(e, nil) {
					return
				}
			}
			token = next
		}
	}
}

// page lists names.
func (b *Bucket) page(ctx context.Context, prefix, token string) (found []store.Entry, next string, err error) {
	err = b.try(ctx, func(ctx context.Context) error {
		found, next, err = b.cloud.page(ctx, b.place.key(prefix), token, pageSize)
		return err
	})
	if err == nil {
		b.there.Store(true)
	}
	for i := range found {
		found[i].Name = strings.TrimPrefix(found[i].Name, b.place.key(""))
	}
	return found, next, b.explain(ctx, "list", prefix, err)
}

// Delete implements store.Bucket.
func (b *Bucket) Delete(ctx context.Context, name string) error {
	key, err := b.key(name)
	if err != nil {
		return err
	}
	err = b.explain(ctx, "delete", name, b.try(ctx, func(ctx context.Context) error { return b.cloud.remove(ctx, key) }))
	if errors.Is(err, fs.ErrNotExist) {
		err = nil
	}
	if err == nil {
		fault.Point("away: deleted")
	}
	return err
}

// explain turns a failure into the error that a caller of the store expects, or a user understands.
func (b *Bucket) explain(ctx context.Context, op, name string, err error) error {
	if isKind(err, mute) || isKind(err, absent) && !b.there.Load() {
		if err := b.lookAround(ctx); err != nil {
			return err
		}
	}
	switch {
	case err == nil:
		return nil
	case isKind(err, absent):
		return &fs.PathError{Op: op, Path: b.String() + "/" + name, Err: fs.ErrNotExist}
	case isKind(err, refused):
		return &fs.PathError{Op: op, Path: b.String() + "/" + name, Err: fs.ErrExist}
	}
	return b.told(err)
}

// lookAround tells a name that is not there from a bucket that is not there, and why a request without an answer in
// words failed: not every answer of a service says so, but that to a listing does.
func (b *Bucket) lookAround(ctx context.Context) error {
	err := b.try(ctx, func(ctx context.Context) error {
		_, _, err := b.cloud.page(ctx, b.place.key(""), "", 1)
		return err
	})
	if err == nil {
		b.there.Store(true)
	}
	return b.told(err)
}
