package bucket

import (
	"context"
	"io"
)

// A service is one cloud. Each method is one request, sent once. Errors are a *ranges.Passing, or final and for the user.
type service interface {
	// page lists the objects below a prefix, and the folders below it instead of what they hold unless deep. It goes on
	// after the page that gave the token next, "" for the first.
	page(ctx context.Context, bucket, prefix string, deep bool, token string) (page, error)

	// about tells of one object. An error that is errAbsent says that there is none.
	about(ctx context.Context, bucket, key string) (object, error)

	// read returns the bytes of an object from off on, up to end, and fails if it is no longer the one told of.
	read(ctx context.Context, bucket string, o object, off, end int64) (io.ReadCloser, error)
}

// object is what a service tells of one.
type object struct {
	key    string
	size   int64
	tag    string // ETag or generation: the condition of reads
	digest string
	md5    []byte // of its bytes, nil if it is not told
}

type page struct {
	objects []object
	folders []string // prefixes that end in "/"
	next    string   // token of the page that follows, "" if none does
}

// placed is what errors of requests name.
func placed(scheme, bucket, key string) string { return scheme + "://" + bucket + "/" + key }
