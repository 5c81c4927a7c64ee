package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// Lookup returns the answer to a key, or, if there is none, its refusal. The error is ErrUnknown if there is
// neither. An answer whose bytes are damaged or gone is told to Options.Warn and is unknown.
func (l *Ledger) Lookup(ctx context.Context, key Key) (Record, error) {
	r, lost, err := l.find(ctx, key)
	if len(lost) == 0 {
		return r, err
	}
	// Another machine may have merged the segment away; its answers then lie in a segment that is new to this one.
	if err := l.Refresh(ctx); err != nil {
		return Record{}, err
	}
	r, lost, err = l.find(ctx, key)
	for _, damage := range lost {
		if damage.gone {
			l.warnLost(ctx)
			continue
		}
		l.warn(damage.Name, damage)
	}
	return r, err
}

// warnLost tells of all segments that are gone, in one error.
func (l *Ledger) warnLost(ctx context.Context) {
	l.warning.Lock()
	told := l.warned["what is gone"]
	l.warning.Unlock()
	if told {
		return
	}
	if losses, err := l.Lost(ctx); err == nil && len(losses) > 0 {
		l.warn("what is gone", &Lost{losses})
	}
}

// find returns what the index leads to, and the places that it led to in vain.
func (l *Ledger) find(ctx context.Context, key Key) (r Record, lost []*Damage, err error) {
	err = l.with(ctx, func(ix *index) error {
		r, lost, err = l.findIn(ctx, ix, key)
		return err
	})
	return r, lost, err
}

func (l *Ledger) findIn(ctx context.Context, ix *index, key Key) (r Record, lost []*Damage, err error) {
	places, refusal, err := ix.settled(ctx, key)
	if err != nil {
		return Record{}, nil, err
	}
	for _, p := range places {
		r, damage, err := l.read(ctx, key, p)
		if damage == nil {
			return r, lost, err
		}
		lost = append(lost, damage)
	}
	if refusal == nil {
		return Record{}, lost, ErrUnknown
	}
	return *refusal, lost, nil
}

// read returns the record at a place. damage is set if it is not there any more or not what was written.
func (l *Ledger) read(ctx context.Context, key Key, p place) (r Record, damage *Damage, err error) {
	if p.sound() {
		data, err := l.opt.Bucket.ReadAt(ctx, p.segment, p.off, p.n)
		if errors.Is(err, fs.ErrNotExist) {
			return Record{}, gone(p.segment), nil
		}
		if err != nil {
			return Record{}, nil, fmt.Errorf("ledger: read the answer to %s: %w", key, err)
		}
		if r, err := decodeFrame(data); err == nil && r.Key == key && r.At.Equal(p.at) {
			return r, nil, nil
		}
	}
	return l.rescue(ctx, key, p)
}

// rescue searches the whole segment: if only the index is wrong about the place, the answer is there.
func (l *Ledger) rescue(ctx context.Context, key Key, p place) (Record, *Damage, error) {
	data, err := l.opt.Bucket.Read(ctx, p.segment)
	if errors.Is(err, fs.ErrNotExist) {
		return Record{}, gone(p.segment), nil
	}
	if err != nil {
		return Record{}, nil, fmt.Errorf("ledger: read the answer to %s: %w", key, err)
	}
	records, _ := parseSegment(p.segment, data)
	for _, r := range records {
		if r.Key == key && r.At.Equal(p.at) {
			return r.Record, nil, nil
		}
	}
	return Record{}, &Damage{Name: p.segment, Text: fmt.Sprintf("the answer to %s, and perhaps others, cannot be read and must be asked for again; "+
		"if you have a sound copy of this object, put it back first", key)}, nil
}

func gone(name string) *Damage { return &Damage{Name: name, Text: "it is gone", gone: true} }

// A place is where the answer to a key lies.
type place struct {
	segment string
	size    int64 // of the segment
	at      time.Time
	span
}

// sound tells whether the place can be within its segment: an index with a flipped bit must not ask for more memory
// than there is.
func (p place) sound() bool {
	return p.off >= 0 && p.n >= 0 && p.off <= p.size && p.n <= p.size-p.off
}
