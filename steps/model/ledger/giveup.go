package ledger

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// LostReason is the reason of a Failed record that stands for an answer whose bytes are lost: what it cost stays in the
// books, and its question may be asked again.
const LostReason = "lost"

// GiveUp accepts that answers in damaged or missing segments are lost, so that nothing is said of them any more. What
// can be saved is stored anew: sound records of the damaged segments, and of the others what the index alone suffices
// for, that is all but the bytes of answers; of these it keeps what they cost. Keep is given the bytes of a damaged
// segment before it is deleted. A segment that turns out sound is left alone.
//
// It returns what was lost, one Loss for each segment that was given up. It may be stopped and done again.
func (l *Ledger) GiveUp(ctx context.Context, names []string, keep func(ctx context.Context, name string, data []byte) error) (lost []Loss, err error) {
	if l.opt.ReadOnly {
		return nil, errReadOnly
	}
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	l.committing.Lock()
	defer l.committing.Unlock()
	for _, name := range names {
		loss, err := l.giveUp(ctx, name, keep)
		if err != nil {
			return lost, fmt.Errorf("ledger: give up %s: %w", name, err)
		}
		if loss != nil {
			lost = append(lost, *loss)
		}
	}
	return lost, nil
}

// giveUp gives up one segment. The new segment is durable before the old one leaves the index, and that before its bytes
// are deleted.
func (l *Ledger) giveUp(ctx context.Context, name string, keep func(context.Context, string, []byte) error) (*Loss, error) {
	data, err := l.opt.Bucket.Read(ctx, name)
	missing := errors.Is(err, fs.ErrNotExist)
	if err != nil && !missing {
		return nil, err
	}
	saved, damage := parseSegment(name, data)
	if !missing && damage == nil {
		return nil, nil
	}
	if !missing {
		if err := keep(ctx, name, data); err != nil {
			return nil, err
		}
	}
	records, loss, err := l.remains(ctx, name, saved)
	if err != nil {
		return nil, err
	}
	if err := l.exchange(ctx, name, records); err != nil {
		return nil, err
	}
	if !missing {
		err = l.opt.Bucket.Delete(ctx, name)
	}
	return loss, err
}

// remains makes the records that are to stand for those of a segment, and tells what is lost.
func (l *Ledger) remains(ctx context.Context, name string, saved []placed) (records []Record, loss *Loss, err error) {
	sound := map[recordID]bool{}
	for _, r := range saved {
		records = append(records, r.Record)
		sound[recordID{r.Key, r.At.UnixNano(), r.sum}] = true
	}
	loss = &Loss{Name: name}
	err = l.with(ctx, func(ix *index) error {
		return ix.entries(ctx, name, func(r Record, sum uint32) error {
			if sound[recordID{r.Key, r.At.UnixNano(), sum}] {
				return nil
			}
			whole, err := checksum(r)
			if err == nil && whole != sum {
				if r.Kind.ofJob() {
					return nil // of a job that is lost there is nothing to keep
				}
				loss.add(r)
				r = r.costOnly()
			}
			records = append(records, r)
			return err
		})
	})
	return records, loss, err
}

// recordID tells records apart, see the package's comment.
type recordID struct {
	key Key
	at  int64
	sum uint32
}

// costOnly is what remains of a record whose bytes are lost.
func (r Record) costOnly() Record {
	return Record{Key: r.Key, Kind: Failed, At: r.At, Call: r.Call, Cost: r.Cost, Reason: LostReason}
}

// exchange puts a new segment with records in the place of one in the index.
func (l *Ledger) exchange(ctx context.Context, name string, records []Record) error {
	stored, err := l.storeAnew(ctx, records)
	if err != nil {
		return err
	}
	return l.with(ctx, func(ix *index) error {
		if err := ix.forgetSegment(ctx, name); err != nil {
			return err
		}
		if len(records) == 0 {
			return nil
		}
		return ix.take(ctx, stored)
	})
}

// storeAnew makes a segment of records, if there are any.
func (l *Ledger) storeAnew(ctx context.Context, records []Record) (taken, error) {
	if len(records) == 0 {
		return taken{}, nil
	}
	seg, err := pack(records)
	if err != nil {
		return taken{}, err
	}
	stored := taken{name: seg.seal(), size: int64(len(seg.data)), records: seg.place(records)}
	return stored, l.create(ctx, stored.name, seg.data)
}

// forgetSegment takes a segment out of the index, with all that is said to lie in it.
func (ix *index) forgetSegment(ctx context.Context, name string) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, "DELETE FROM outcomes WHERE segment = (SELECT id FROM segments WHERE name = ?)", name); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "DELETE FROM segments WHERE name = ?", name)
		return err
	})
}

// entries calls f with what the index has of each record of a segment: all but body and provenance.
func (ix *index) entries(ctx context.Context, name string, f func(r Record, sum uint32) error) (err error) {
	rows, err := ix.db.QueryContext(ctx, `SELECT o.key, o.kind, o.at, o.sum, o.reason, o.detail, o.run, o.step, o.model,
		o.tokens_in, o.tokens_out, o.thought, o.cached, o.usd
		FROM outcomes o JOIN segments s ON s.id = o.segment WHERE s.name = ? ORDER BY o.at, o.sum`, name)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var r Record
		var key []byte
		var at int64
		var sum uint32
		if err := rows.Scan(&key, &r.Kind, &at, &sum, &r.Reason, &r.Detail, &r.Call.Run, &r.Call.Step, &r.Call.Model,
			&r.Cost.In, &r.Cost.Out, &r.Cost.Thought, &r.Cost.Cached, &r.Cost.USD); err != nil {
			return err
		}
		copy(r.Key[:], key)
		r.At = time.Unix(0, at)
		if err := f(r, sum); err != nil {
			return err
		}
	}
	return rows.Err()
}
