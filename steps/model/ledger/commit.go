package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"time"

	"sftrun.local/steps/fault"
)

var (
	errReadOnly = errors.New("ledger: it is open for reading only")
	errNoBucket = errors.New("ledger: no bucket is given to keep answers in")
)

// ErrUnindexed says that records are durable in the bucket but could not be entered in this machine's index. They are
// found when the index has been brought up to date, by [Ledger.Refresh] or by opening it.
var ErrUnindexed = errors.New("ledger: the answers are stored, but the index could not be brought up to date")

// Commit stores records. When it returns they are durable in the bucket, in one segment, and can be found. Small
// segments are merged on the way; if that fails, it is told to Options.Warn and tried again later.
func (l *Ledger) Commit(ctx context.Context, records []Record) error {
	if l.opt.ReadOnly {
		return errReadOnly
	}
	if l.opt.Bucket == nil {
		return errNoBucket
	}
	if len(records) == 0 {
		return nil
	}
	l.committing.Lock()
	defer l.committing.Unlock()
	if err := l.enter(ctx, records); err != nil {
		return err
	}
	l.tidy(ctx)
	return nil
}

// enter stores records and then indexes them. An index that fails does not keep them from being stored: they are paid.
func (l *Ledger) enter(ctx context.Context, records []Record) error {
	records, unindexed := l.afterForgetting(ctx, records)
	return l.store(ctx, records, unindexed)
}

// store stores records as they are, and indexes them unless the index is known to be out of order.
func (l *Ledger) store(ctx context.Context, records []Record, unindexed error) error {
	seg, err := pack(records)
	if err != nil {
		return err
	}
	stored := taken{name: seg.seal(), size: int64(len(seg.data)), records: seg.place(records)}
	if err := l.create(ctx, stored.name, seg.data); err != nil {
		return err
	}
	fault.Point("ledger: segment created")
	if unindexed == nil {
		unindexed = l.with(ctx, func(ix *index) error { return ix.take(ctx, stored) })
	}
	if unindexed != nil {
		return fmt.Errorf("%w: %w", ErrUnindexed, unindexed)
	}
	return nil
}

// afterForgetting moves outcomes of forgotten keys behind the forgetting, where the clock of another machine, which
// forgot them, is ahead of this one's. Otherwise they would be forgotten with what was there before.
func (l *Ledger) afterForgetting(ctx context.Context, records []Record) ([]Record, error) {
	first := slices.MinFunc(records, func(a, b Record) int { return a.At.Compare(b.At) })
	var forgotten map[Key]int64
	err := l.with(ctx, func(ix *index) (err error) {
		forgotten, err = ix.forgottenSince(ctx, first.At.UnixNano())
		return err
	})
	if err != nil || len(forgotten) == 0 {
		return records, err
	}
	records = slices.Clone(records)
	for i, r := range records {
		last, ok := forgotten[r.Key]
		if ok && r.At.UnixNano() <= last && (r.Kind == Answered || r.Kind == Refused) {
			forgotten[r.Key] = last + 1
			records[i].At = time.Unix(0, last+1)
		}
	}
	return records, nil
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

// place pairs records with the frames that hold them.
func (s *segment) place(records []Record) []placed {
	out := make([]placed, len(records))
	for i, r := range records {
		out[i] = placedAt(r, s.data, s.spans[i])
	}
	return out
}

// create stores a segment. One of the same name has the same content.
func (l *Ledger) create(ctx context.Context, name string, data []byte) error {
	if err := l.opt.Bucket.Create(ctx, name, data); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("ledger: store answers: %w", err)
	}
	return nil
}

// Check compares the tables of the index with one another, and builds it anew if they do not agree. It reads the
// whole index: milliseconds for each ten thousand answers.
func (l *Ledger) Check(ctx context.Context) error {
	if l.opt.ReadOnly {
		return errReadOnly
	}
	return l.with(ctx, func(ix *index) error { return ix.check(ctx) })
}
