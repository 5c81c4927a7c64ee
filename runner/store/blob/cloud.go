package blob

import (
	"context"
	"time"

	"sftrun.local/runner/store"
)

// A cloud is one service. Each method is one request, sent once; errors are of type *failure.
type cloud interface {
	// put stores an object with a mark in its metadata, and returns the object's tag. The object that is there must
	// have the tag old; "" asks that there be none.
	put(ctx context.Context, key string, data []byte, mark, old string) (tag string, err error)

	// get returns n bytes from off, or fewer where the object ends before. A negative n stands for all.
	get(ctx context.Context, key string, off, n int64) ([]byte, error)

	// head returns what is known of an object.
	head(ctx context.Context, key string) (about, error)

	// load returns an object that changes, in one state.
	load(ctx context.Context, key string) ([]byte, about, error)

	// page lists at most n keys in order, with their sizes, after those of the page that gave the token next.
	page(ctx context.Context, prefix, token string, n int) (found []store.Entry, next string, err error)

	remove(ctx context.Context, key string) error

	// onePut is the number of bytes that one put may hold.
	onePut() int64

	// otherTag is a tag that no object of this service has.
	otherTag() string
}

// A cloud that cannot take every object in one request takes it in parts.
type inParts interface {
	begin(ctx context.Context, key, mark string) (upload string, err error)
	part(ctx context.Context, key, upload string, number int, data []byte) (tag string, err error)
	finish(ctx context.Context, key, upload string, tags []string, old string) (tag string, err error)
	abandon(ctx context.Context, key, upload string) error
}

// about is what a service tells of an object.
type about struct {
	size         int64
	tag, mark    string
	written, now time.Time // by the service's clock
}

// markKey is the name of the mark among the metadata of an object.
const markKey = "sftrun-put"

// pageSize is how many keys both services list at once at most.
const pageSize = 1000
