package store

import (
	"context"
	"iter"
)

// A Bucket holds byte strings by name. Names are slash-separated paths of plain characters.
type Bucket interface {
	// Create stores data under name and returns when it would survive a loss of power. If the name is taken the
	// error is fs.ErrExist and nothing changes; of several that race for a name exactly one wins.
	Create(ctx context.Context, name string, data []byte) error

	// Read returns all bytes under name, or fs.ErrNotExist.
	Read(ctx context.Context, name string) ([]byte, error)

	// ReadAt returns the n bytes from offset off, or fewer where the object ends before.
	ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error)

	// Size returns the number of bytes under name, or fs.ErrNotExist.
	Size(ctx context.Context, name string) (int64, error)

	// List gives the names that begin with prefix, in order.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Delete removes a name. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}
