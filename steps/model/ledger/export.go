package ledger

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// A Portion counts the answers and refusals of one model, and what they cost.
type Portion struct {
	Model    string `json:"model"`
	Answers  int    `json:"answers"`
	Refusals int    `json:"refusals"`
	Cost     Cost   `json:"cost"`
}

func (p *Portion) count(r Record) {
	if r.Kind == Answered {
		p.Answers++
	} else {
		p.Refusals++
	}
	p.Cost.In += r.Cost.In
	p.Cost.Out += r.Cost.Out
	p.Cost.Thought += r.Cost.Thought
	p.Cost.Cached += r.Cost.Cached
	p.Cost.USD += r.Cost.USD
}

// keysAtOnce is how many keys an export asks the index for at once.
const keysAtOnce = 1000

// Export writes the answer, or else the refusal, of every key that has one, for Import in another project. What was
// forgotten is left out, and so are answers that cannot be read, which are told to Options.Warn. It returns what it
// wrote, by model. Files of equal answers are equal.
func (l *Ledger) Export(ctx context.Context, w io.Writer) ([]Portion, error) {
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	file, err := newExportWriter(w)
	if err != nil {
		return nil, err
	}
	sums := portions{}
	for after := (*Key)(nil); ; {
		keys, err := l.keysAfter(ctx, after)
		if err != nil {
			return nil, err
		}
		if len(keys) == 0 {
			return sums.sorted(), file.end()
		}
		for _, key := range keys {
			r, ok, err := l.whole(ctx, key)
			if err == nil && ok {
				sums.of(r.Call.Model).count(r)
				err = file.add(r.home())
			}
			if err != nil {
				return nil, err
			}
		}
		after = &keys[len(keys)-1]
	}
}

// keysAfter lists keys that were answered or refused once, in order.
func (l *Ledger) keysAfter(ctx context.Context, after *Key) (keys []Key, err error) {
	from := []byte{}
	if after != nil {
		from = after[:]
	}
	err = l.with(ctx, func(ix *index) error {
		keys, err = ix.keysAfter(ctx, from)
		return err
	})
	return keys, err
}

func (ix *index) keysAfter(ctx context.Context, after []byte) (keys []Key, err error) {
	rows, err := ix.db.QueryContext(ctx, "SELECT DISTINCT key FROM outcomes WHERE key > ? AND kind IN (1, 2) ORDER BY key LIMIT ?", after, keysAtOnce)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var text []byte
		if err := rows.Scan(&text); err != nil {
			return nil, err
		}
		keys = append(keys, Key(text))
	}
	return keys, rows.Err()
}

// whole returns what a key stands for with all that is known of it, a refusal too. ok is false if there is nothing, or
// nothing that can be read.
func (l *Ledger) whole(ctx context.Context, key Key) (r Record, ok bool, err error) {
	r, lost, err := l.readStanding(ctx, key)
	if len(lost) == 0 {
		return r, err == nil && r.Kind != 0, err
	}
	// As for Lookup: another process may have merged the segment away.
	if err := l.Refresh(ctx); err != nil {
		return Record{}, false, err
	}
	r, lost, err = l.readStanding(ctx, key)
	for _, damage := range lost {
		l.warn(damage.Name, damage)
	}
	return r, err == nil && r.Kind != 0, err
}

// readStanding returns the record that stands, the zero one if none does, and the places where it was not.
func (l *Ledger) readStanding(ctx context.Context, key Key) (r Record, lost []*Damage, err error) {
	var places []place
	err = l.with(ctx, func(ix *index) error {
		places, err = ix.standing(ctx, key)
		return err
	})
	for _, p := range places {
		r, damage, err := l.read(ctx, key, p)
		if damage == nil {
			return r, lost, err
		}
		lost = append(lost, damage)
	}
	return Record{}, lost, err
}

// standing lists where the outcomes lie that are not forgotten: the one that counts, and then those that could stand in
// for it.
func (ix *index) standing(ctx context.Context, key Key) (places []place, err error) {
	rows, err := ix.selectOutcomes.QueryContext(ctx, key[:])
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	var refusals []place
	for rows.Next() {
		r, p, err := scanOutcome(rows)
		if err != nil {
			return nil, err
		}
		switch r.Kind {
		case Answered:
			places = append(places, p)
		case Refused:
			refusals = append([]place{p}, refusals...)
		case Forgotten:
			places, refusals = nil, nil
		}
	}
	if len(places) == 0 {
		places = refusals
	}
	return places, rows.Err()
}

// IsExport tells whether a file begins as one that some version of Export wrote.
func IsExport(r io.Reader) bool {
	head := make([]byte, len(exportName))
	_, err := io.ReadFull(r, head)
	return err == nil && string(head) == exportName
}

// VerifyExport reads a file that Export wrote to its end. The error says what is wrong with it, and where.
func VerifyExport(r io.Reader) error {
	if err := readExport(r, func([]Record) error { return nil }); err != nil {
		return fmt.Errorf("nothing was imported: %w", err)
	}
	return nil
}
