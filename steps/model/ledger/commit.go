package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

var errReadOnly = errors.New("ledger: it is open for reading only")

// Commit stores outcomes. When it returns they are durable in the bucket, in one segment, and can be found. Small
// segments are merged on the way.
func (l *Ledger) Commit(ctx context.Context, records []Record) error {
	if l.opt.ReadOnly {
		return errReadOnly
	}
	if len(records) == 0 {
		return nil
	}
	seg, err := pack(records)
	if err != nil {
		return err
	}
	stored := taken{name: seg.seal(), size: int64(len(seg.data)), records: seg.place(records)}
	l.committing.Lock()
	defer l.committing.Unlock()
	return l.with(ctx, func(ix *index) error {
		if err := l.create(ctx, stored.name, seg.data); err != nil {
			return err
		}
		if err := ix.take(ctx, stored, false); err != nil {
			return err
		}
		return l.merge(ctx, ix)
	})
}

func pack(records []Record) (*segment, error) {
	const others = 512 // bytes, about, of what a record holds besides its body
	size := 0
	for _, r := range records {
		size += len(r.Body) + others
	}
	seg := newSegment(size)
	for _, r := range records {
		if err := seg.add(r); err != nil {
			return nil, err
		}
	}
	return seg, nil
}

// create stores a segment. One of the same name has the same content.
func (l *Ledger) create(ctx context.Context, name string, data []byte) error {
	if err := l.opt.Bucket.Create(ctx, name, data); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("ledger: store answers: %w", err)
	}
	return nil
}

// place pairs records with the frames that hold them.
func (s *segment) place(records []Record) []placed {
	out := make([]placed, len(records))
	for i, r := range records {
		r.Body, r.Provenance = nil, nil // the index has no use for them
		out[i] = placed{r, s.spans[i]}
	}
	return out
}

// Intend makes it durable that calls are about to be made. A commit of an outcome to the same key ends the intent, and
// so does Settle.
func (l *Ledger) Intend(ctx context.Context, intents []Intent) error {
	return l.write(ctx, func(ix *index) error { return ix.intend(ctx, intents) })
}

// Settle ends intents of which nothing came that was billed.
func (l *Ledger) Settle(ctx context.Context, keys []Key) error {
	return l.write(ctx, func(ix *index) error { return ix.settle(ctx, keys) })
}

// Forget takes back the refusals of keys. They stay in the books. An index built anew knows them again, until the
// key is answered.
func (l *Ledger) Forget(ctx context.Context, keys []Key) error {
	return l.write(ctx, func(ix *index) error { return ix.forget(ctx, keys) })
}

// Check compares the tables of the index with one another, and builds it anew if they do not agree. It reads the
// whole index: milliseconds for each ten thousand answers.
func (l *Ledger) Check(ctx context.Context) error {
	return l.write(ctx, func(ix *index) error { return ix.check(ctx) })
}

func (l *Ledger) write(ctx context.Context, f func(*index) error) error {
	if l.opt.ReadOnly {
		return errReadOnly
	}
	return l.with(ctx, f)
}
