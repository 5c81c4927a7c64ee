package ledger

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
)

// Refresh takes in the segments that other machines have added.
func (l *Ledger) Refresh(ctx context.Context) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.index == nil {
		return l.openLocked(ctx)
	}
	return l.catchUpLocked(ctx)
}

// catchUpLocked takes in what is new, on a new index if the present one turns out damaged.
func (l *Ledger) catchUpLocked(ctx context.Context) error {
	err := l.takeInLocked(ctx)
	if indexDamaged(err) {
		return l.replaceLocked(ctx, err)
	}
	return err
}

// listings is how often the bucket is listed at most until every name that it gives can be read. A segment that
// vanishes between listing and reading was merged into a greater one, which the next listing shows.
const listings = 3

// takeInLocked enters the segments that are in the bucket and not in the index.
func (l *Ledger) takeInLocked(ctx context.Context) error {
	var vanished []string
	for range listings {
		var err error
		vanished, err = l.takeInOnce(ctx)
		if err != nil || len(vanished) == 0 {
			return err
		}
	}
	for _, name := range vanished {
		l.warn(name, &Damage{Name: name, Text: "it is listed but is not there; if it held answers that lie nowhere else, they must be asked for again; " +
			"if you have a copy of this object, put it back first"})
	}
	return nil
}

// takeInOnce returns the names that were listed but are not there.
func (l *Ledger) takeInOnce(ctx context.Context) (vanished []string, err error) {
	known, err := l.index.segmentNames(ctx)
	if err != nil {
		return nil, err
	}
	missing, err := l.listMissing(ctx, known)
	if err != nil {
		return nil, err
	}
	for _, name := range missing {
		err := l.takeSegment(ctx, name)
		if errors.Is(err, fs.ErrNotExist) {
			vanished = append(vanished, name)
		} else if err != nil {
			return nil, err
		}
	}
	return vanished, nil
}

// loosen makes sure that the index can be added to: a read-only ledger goes on with a copy in memory.
func (l *Ledger) loosen(ctx context.Context) error {
	if !l.opt.ReadOnly || l.index.path == "" {
		return nil
	}
	loose, err := memoryIndex(ctx)
	if err != nil {
		return err
	}
	if err := loose.copyFrom(ctx, l.index.path); err != nil {
		return errors.Join(err, loose.close())
	}
	err = l.index.close()
	l.index = loose
	return err
}

func (l *Ledger) listMissing(ctx context.Context, known map[string]bool) (missing []string, err error) {
	for name, err := range l.opt.Bucket.List(ctx, segmentPrefix) {
		if err != nil {
			return nil, fmt.Errorf("ledger: list the stored answers: %w", err)
		}
		if !known[name] {
			missing = append(missing, name)
		}
	}
	return missing, nil
}

func (l *Ledger) takeSegment(ctx context.Context, name string) error {
	data, err := l.opt.Bucket.Read(ctx, name)
	if err != nil {
		return fmt.Errorf("ledger: read stored answers: %w", err)
	}
	if err := l.loosen(ctx); err != nil {
		return err
	}
	records, damage := parseSegment(name, data)
	if damage != nil {
		l.warn(name, damage)
	}
	return l.index.take(ctx, taken{name, int64(len(data)), damage != nil, records})
}
