package store

import (
	"context"
	"time"
)

// A Swapper changes a few small objects in place, which a Bucket never does. A lease between machines needs it; the
// store itself does not.
type Swapper interface {
	// Load returns what lies under name now, or fs.ErrNotExist.
	Load(ctx context.Context, name string) (Version, error)

	// Swap stores data under name if the version there still has the tag old, and returns the tag of the new one. The
	// tag "" stands for no object. If another version is there, or none, the error is fs.ErrExist and nothing changes.
	Swap(ctx context.Context, name, old string, data []byte) (tag string, err error)
}

// A Version is one state of an object that changes.
type Version struct {
	Data []byte
	Tag  string // differs between versions with different bytes

	// Both times are told by the bucket's clock, in whole seconds at worst: when this version was written, and when it
	// was loaded. They may be compared with each other, and with no clock of this machine.
	Written, Now time.Time
}
