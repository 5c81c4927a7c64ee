package blob

import (
	"context"
	"net/http"
	"sync"
	"sync/atomic"
	"time"
)

// Options say more than an address. But for Env they are for tests and measurements; the zero value is what a user wants.
type Options struct {
	// Env holds variables of the environment (AWS_ACCESS_KEY_ID, AWS_REGION, GOOGLE_APPLICATION_CREDENTIALS and the like)
	// that count besides those that the process has, and before them.
	Env map[string]string

	Transport http.RoundTripper // nil = one that gives up on connections that stand still
	Patience  time.Duration     // how long an outage is waited out; 0 = 30 s
	Pause     time.Duration     // before the second try, at most, doubling after each; 0 = 200 ms
	OnePut    int64             // bytes that one request may store; 0 = what the service allows
	PartSize  int64             // bytes of a part of a larger object; 0 = 64 MiB, at least 5 MiB on S3
}

// A Bucket is a store.Bucket and a store.Swapper in the cloud. It may be used by any number of goroutines.
type Bucket struct {
	place place
	cloud cloud
	opt   Options
	idle  func() // closes connections that nobody uses

	there   atomic.Bool // the bucket exists: something in it was found, or listed
	outage  outage
	probing sync.Mutex
	probed  bool // the service honours conditions
}

// Open returns the bucket at an address: s3://BUCKET/PREFIX?region=…&endpoint=…&profile=…&path_style=… or
// gs://BUCKET/PREFIX?endpoint=…, all parameters optional. Keys, profiles, regions and endpoints are looked for where
// the services' own tools look. Nothing is sent before the first use, so that a bucket that does not exist is only
// found then.
func Open(ctx context.Context, address string, opt Options) (*Bucket, error) {
	p, err := parsePlace(address)
	if err != nil {
		return nil, err
	}
	b := &Bucket{place: p, opt: opt.filled()}
	if p.scheme == "s3" {
		b.cloud, b.idle, err = openS3(ctx, p, b.opt)
	} else {
		b.cloud, b.idle = openGCS(p, b.opt)
	}
	if err != nil {
		return nil, err
	}
	return b, nil
}

func (o Options) filled() Options {
	if o.Patience == 0 {
		o.Patience = 30 * time.Second
	}
	if o.Pause == 0 {
		o.Pause = 200 * time.Millisecond
	}
	if o.PartSize == 0 {
		o.PartSize = 64 << 20
	}
	return o
}

// String is the address without its parameters.
func (b *Bucket) String() string { return b.place.String() }

// Close ends the connections that are kept for the next request. The bucket may still be used.
func (b *Bucket) Close() error {
	b.idle()
	return nil
}
