package ledger

import (
	"context"
	"iter"
)

// A Bucket is where segments lie: byte strings by slash-separated name.
type Bucket interface {
	// Create stores data under name and returns when it would survive a loss of power. If the name is taken the
	// error is fs.ErrExist and nothing changes.
	Create(ctx context.Context, name string, data []byte) error

	// Read returns all bytes under name, or fs.ErrNotExist.
	Read(ctx context.Context, name string) ([]byte, error)

	// ReadAt returns the n bytes from offset off, or fewer where the object ends before, or fs.ErrNotExist.
	ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error)

	// List gives the names that begin with prefix.
	List(ctx context.Context, prefix string) iter.Seq2[string, error]

	// Delete removes a name. One that is not there is no error.
	Delete(ctx context.Context, name string) error
}
