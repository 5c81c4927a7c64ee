package blob

import (
	"context"
	"crypto/rand"
	"errors"
	"io/fs"

	"sftrun.local/steps/fault"
)

// Create implements store.Bucket.
func (b *Bucket) Create(ctx context.Context, name string, data []byte) error {
	_, err := b.Swap(ctx, name, "", data)
	return err
}

// Swap implements store.Swapper.
func (b *Bucket) Swap(ctx context.Context, name, old string, data []byte) (string, error) {
	key, err := b.key(name)
	if err != nil {
		return "", err
	}
	if err := b.Probe(ctx); err != nil {
		return "", err
	}
	tag, err := b.put(ctx, key, old, data)
	if err = b.explain(ctx, "create", name, err); old != "" && errors.Is(err, fs.ErrNotExist) {
		err = &fs.PathError{Op: "swap", Path: b.String() + "/" + name, Err: fs.ErrExist} // what should be replaced is gone
	}
	return tag, err
}

// put stores an object under a condition, in one request or in parts.
func (b *Bucket) put(ctx context.Context, key, old string, data []byte) (string, error) {
	mark := rand.Text()
	fault.Point("away: about to be sent")
	defer fault.Point("away: answered")
	if parts, ok := b.cloud.(inParts); ok && int64(len(data)) > b.onePut() {
		return b.putInParts(ctx, parts, key, old, mark, data)
	}
	return b.settle(ctx, key, mark, func(ctx context.Context) (string, error) {
		return b.cloud.put(ctx, key, data, mark, old)
	})
}

func (b *Bucket) onePut() int64 {
	if b.opt.OnePut > 0 {
		return b.opt.OnePut
	}
	return b.cloud.onePut()
}

// settle sends a request that commits until its outcome is known. If an earlier try may have reached the service, a
// refusal may come from the object that this try made: its mark tells.
func (b *Bucket) settle(ctx context.Context, key, mark string, commit func(context.Context) (string, error)) (tag string, err error) {
	unsure := false
	err = b.try(ctx, func(ctx context.Context) error {
		tag, err = commit(ctx)
		if err == nil {
			return nil
		}
		if unsure && (isKind(err, refused) || isKind(err, absent)) {
			tag, err = b.recognise(ctx, key, mark, err)
			return err
		}
		unsure = unsure || isKind(err, passing)
		return err
	})
	return tag, err
}

// recognise returns the tag of an object that carries this mark, or else the refusal.
func (b *Bucket) recognise(ctx context.Context, key, mark string, refusal error) (string, error) {
	got, err := b.cloud.head(ctx, key)
	switch {
	case err == nil && got.mark == mark:
		return got.tag, nil
	case err == nil || isKind(err, absent):
		return "", refusal
	}
	return "", err
}
