package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"

	"sftrun.local/steps/fault"
)

const (
	// mergeCount small segments of about the same size are merged into one. So an answer is rewritten a few times at
	// most, once for each factor of 16 in size, and there are never more than some dozens of small segments.
	mergeCount = 16
	// smallSegment is the size in bytes above which a segment is left alone.
	smallSegment = 1 << 20
	// mergedSegment is about the size in bytes that a merged segment does not exceed. It bounds memory.
	mergedSegment = 8 << 20
)

// A stored segment is one as the index knows it.
type stored struct {
	name string
	size int64
}

// tidy merges small segments. What is stored does not depend on it, so whatever goes wrong is only told. It is tried
// again at the next commit, or, if nothing at all could be done, after as many as would make a merge.
func (l *Ledger) tidy(ctx context.Context) {
	if l.rest > 0 {
		l.rest--
		return
	}
	dropped := 0
	err := l.with(ctx, func(ix *index) (err error) {
		dropped, err = l.merge(ctx, ix)
		return err
	})
	if err == nil || ctx.Err() != nil {
		return
	}
	if dropped == 0 {
		l.rest = mergeCount
	}
	l.warn("merging", fmt.Errorf("ledger: no answer is lost, but small segments could not be merged and will be tried again: %w", err))
}

// merge replaces small segments by one that holds all their records, and returns how many it has replaced. A kill in
// between leaves segments too many and none too few: the old ones go only after the new one is durable and indexed.
func (l *Ledger) merge(ctx context.Context, ix *index) (dropped int, err error) {
	small, err := ix.smallSegments(ctx)
	if err != nil {
		return 0, err
	}
	olds := chooseMerge(small)
	if olds == nil {
		return 0, nil
	}
	t, data, merged, unread := l.gather(ctx, ix, olds)
	if len(merged) < 2 {
		return 0, unread
	}
	if err := l.create(ctx, t.name, data); err != nil {
		return 0, errors.Join(unread, err)
	}
	fault.Point("merge: created")
	if err := ix.take(ctx, t); err != nil {
		return 0, errors.Join(unread, err)
	}
	fault.Point("merge: indexed")
	dropped, err = l.drop(ctx, ix, merged)
	return dropped, errors.Join(unread, err)
}

// gather makes one segment of several. merged names those that are in it; those that cannot be read are left out.
func (l *Ledger) gather(ctx context.Context, ix *index, olds []stored) (t taken, data []byte, merged []string, err error) {
	seg := newSegment(mergedSegment)
	for _, old := range olds {
		records, ok, failed := l.copyInto(ctx, ix, seg, old.name)
		err = errors.Join(err, failed)
		if ok {
			t.records, merged = append(t.records, records...), append(merged, old.name)
		}
	}
	t.name = seg.seal()
	t.size = int64(len(seg.data))
	return t, seg.data, merged, err
}

// chooseMerge picks segments of one class of size, or none if no class has enough of them.
func chooseMerge(small []stored) []stored {
	classes := map[int][]stored{}
	for _, s := range small {
		class := bits.Len64(uint64(s.size)) / 4
		classes[class] = append(classes[class], s)
		if len(classes[class]) == mergeCount {
			return within(classes[class], mergedSegment)
		}
	}
	return nil
}

func within(segments []stored, limit int64) []stored {
	var sum int64
	for i, s := range segments {
		if sum += s.size; sum > limit && i >= 2 {
			return segments[:i]
		}
	}
	return segments
}

// copyInto appends the frames of a segment to seg as they are. A segment that is not sound is left as it is and not
// considered again: what can be saved of it is indexed, and its bytes may be all that a repair has to go by.
func (l *Ledger) copyInto(ctx context.Context, ix *index, seg *segment, name string) (records []placed, ok bool, err error) {
	data, err := l.opt.Bucket.Read(ctx, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, ix.dropSegment(ctx, name)
	}
	if err != nil {
		return nil, false, fmt.Errorf("ledger: merge stored answers: %w", err)
	}
	found, damage := parseSegment(name, data)
	if damage != nil {
		l.warn(name, damage)
		return nil, false, ix.markDamaged(ctx, name)
	}
	for _, r := range found {
		if err := seg.addPayload(data[r.off+frameHead : r.off+r.n]); err != nil {
			return nil, false, err
		}
		records = append(records, placedAt(r.Record, seg.data, seg.spans[len(seg.spans)-1]))
	}
	return records, true, nil
}

// drop deletes segments whose records all lie in a greater one.
func (l *Ledger) drop(ctx context.Context, ix *index, names []string) (dropped int, err error) {
	for _, name := range names {
		failed := l.opt.Bucket.Delete(ctx, name)
		if failed == nil {
			dropped++
			failed = ix.dropSegment(ctx, name)
			fault.Point("merge: dropped")
		}
		err = errors.Join(err, failed)
	}
	return dropped, err
}
