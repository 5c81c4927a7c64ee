package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/bits"
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

// merge replaces small segments by one that holds all their records. A kill in between leaves segments too many and
// none too few: the old ones go only after the new one is durable and indexed.
func (l *Ledger) merge(ctx context.Context, ix *index) error {
	small, err := ix.smallSegments(ctx)
	if err != nil {
		return err
	}
	olds := chooseMerge(small)
	if olds == nil {
		return nil
	}
	t, data, merged, err := l.gather(ctx, ix, olds)
	if err != nil || len(merged) < 2 {
		return err
	}
	if err := l.create(ctx, t.name, data); err != nil {
		return err
	}
	if err := ix.take(ctx, t, false); err != nil {
		return err
	}
	return l.drop(ctx, ix, merged)
}

// gather makes one segment of several. merged names those that are in it.
func (l *Ledger) gather(ctx context.Context, ix *index, olds []stored) (t taken, data []byte, merged []string, err error) {
	seg := newSegment(mergedSegment)
	for _, old := range olds {
		records, ok, err := l.copyInto(ctx, ix, seg, old.name)
		if err != nil {
			return taken{}, nil, nil, err
		}
		if ok {
			t.records, merged = append(t.records, records...), append(merged, old.name)
		}
	}
	t.name = seg.seal()
	t.size = int64(len(seg.data))
	return t, seg.data, merged, nil
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
		r.Body, r.Provenance = nil, nil
		records = append(records, placed{r.Record, seg.spans[len(seg.spans)-1]})
	}
	return records, true, nil
}

// drop deletes segments whose records all lie in a greater one.
func (l *Ledger) drop(ctx context.Context, ix *index, names []string) error {
	for _, name := range names {
		if err := l.opt.Bucket.Delete(ctx, name); err != nil {
			return fmt.Errorf("ledger: delete merged answers: %w", err)
		}
		if err := ix.dropSegment(ctx, name); err != nil {
			return err
		}
	}
	return nil
}
