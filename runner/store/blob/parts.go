package blob

import (
	"context"
	"slices"
	"time"
)

// putInParts stores an object that is too large for one request. Nothing has a name before the last one, which
// carries the condition.
func (b *Bucket) putInParts(ctx context.Context, c inParts, key, old, mark string, data []byte) (tag string, err error) {
	var upload string
	err = b.try(ctx, func(ctx context.Context) error {
		upload, err = c.begin(ctx, key, mark)
		return err
	})
	if err != nil {
		return "", err
	}
	tags, err := b.sendParts(ctx, c, key, upload, data)
	if err == nil {
		tag, err = b.settle(ctx, key, mark, func(ctx context.Context) (string, error) {
			return c.finish(ctx, key, upload, tags, old)
		})
	}
	if err != nil {
		abandon(ctx, c, key, upload)
	}
	return tag, err
}

func (b *Bucket) sendParts(ctx context.Context, c inParts, key, upload string, data []byte) (tags []string, err error) {
	for part := range slices.Chunk(data, int(b.opt.PartSize)) {
		var tag string
		err := b.try(ctx, func(ctx context.Context) error {
			tag, err = c.part(ctx, key, upload, len(tags)+1, part)
			return err
		})
		if err != nil {
			return nil, err
		}
		tags = append(tags, tag)
	}
	return tags, nil
}

// abandon frees the room of the parts, which are billed while they lie there. It is tried once, even if the user has
// stopped the run: what remains is removed by the bucket's own rule for unfinished uploads, or shown by the service.
func abandon(ctx context.Context, c inParts, key, upload string) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 5*time.Second)
	defer cancel()
	_ = c.abandon(ctx, key, upload)
}
