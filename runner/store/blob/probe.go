package blob

import (
	"context"
	"crypto/rand"
	"fmt"
	"time"
)

// Probe finds out whether the service honours conditions, on which the store rests, and whether this machine may
// write and delete. It writes one object under a name of its own, tries to write it again in two ways that must be
// refused, and deletes it: four small requests. It does so once for each Bucket; Create and Swap call it, so that
// nothing is ever written unprobed, and commands that only read cost nothing. A command that will write calls it
// before its work begins, so that the error comes at once and not after an hour. The error is a *SetupError if the
// store must not be written to.
func (b *Bucket) Probe(ctx context.Context) error {
	b.probing.Lock()
	defer b.probing.Unlock()
	if b.probed {
		return nil
	}
	key := b.place.key(fmt.Sprintf("%s%d-%s", probePrefix, time.Now().Unix(), rand.Text()))
	err := b.probe(ctx, key)
	if err == nil {
		b.probed = true
	}
	return b.explain(ctx, "probe", key, err)
}

func (b *Bucket) probe(ctx context.Context, key string) error {
	if _, err := b.put(ctx, key, "", []byte("probe\n")); err != nil {
		return err
	}
	err := b.mustRefuse(ctx, key, "", "that an object be new")
	if err == nil {
		err = b.mustRefuse(ctx, key, b.cloud.otherTag(), "that an object be unchanged")
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), max(b.opt.Patience, time.Second))
	defer cancel()
	if gone := b.try(ctx, func(ctx context.Context) error { return b.cloud.remove(ctx, key) }); err == nil {
		err = gone
	}
	return err
}

// mustRefuse puts an object under a condition that does not hold.
func (b *Bucket) mustRefuse(ctx context.Context, key, old, condition string) error {
	_, err := b.put(ctx, key, old, []byte("second\n"))
	if isKind(err, refused) {
		return nil
	}
	if err != nil {
		return err
	}
	return &failure{kind: setup, text: fmt.Sprintf("it ignores the condition %s, so that two machines could overwrite each other's work.  "+
		"Use a service that honours it (Amazon S3, Google Cloud Storage, Cloudflare R2, MinIO), or a folder", condition)}
}

// probePrefix begins the names of probes. The time follows, in seconds since 1970.
const probePrefix = "tmp/probe-"

// Sweep removes the probes that processes which were killed have left, a day after.
func (b *Bucket) Sweep(ctx context.Context) error {
	found, _, err := b.page(ctx, probePrefix, "")
	if err != nil {
		return err
	}
	for _, e := range found {
		var seconds int64
		if _, err := fmt.Sscanf(e.Name, probePrefix+"%d-", &seconds); err != nil || time.Since(time.Unix(seconds, 0)) < 24*time.Hour {
			continue
		}
		if err := b.Delete(ctx, e.Name); err != nil {
			return err
		}
	}
	return nil
}
