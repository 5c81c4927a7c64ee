package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// Forget takes back the answers and refusals of keys, here and on every machine that sees the bucket, so that the keys
// are unknown until they are answered again. They stay in the books. A key that is unknown already costs nothing.
func (l *Ledger) Forget(ctx context.Context, keys []Key) error {
	if l.opt.ReadOnly {
		return errReadOnly
	}
	if err := l.Refresh(ctx); err != nil {
		return err
	}
	var records []Record
	err := l.with(ctx, func(ix *index) (err error) {
		records, err = ix.forgettings(ctx, keys, time.Now())
		return err
	})
	if err != nil {
		return err
	}
	return l.Commit(ctx, records)
}

// forgettings makes the records that forget what is settled of keys.
func (ix *index) forgettings(ctx context.Context, keys []Key, now time.Time) (records []Record, err error) {
	last, err := ix.db.PrepareContext(ctx, `SELECT max(at) FROM outcomes WHERE key = ?1 AND kind IN (1, 2)
		AND at > coalesce((SELECT max(at) FROM outcomes WHERE key = ?1 AND kind = 4), -1 << 63)`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, last.Close()) }()
	for _, k := range keys {
		var at sql.NullInt64
		if err := last.QueryRowContext(ctx, k[:]).Scan(&at); err != nil {
			return nil, err
		}
		if at.Valid { // of a machine whose clock may be ahead of this one's
			records = append(records, Record{Key: k, Kind: Forgotten, At: time.Unix(0, max(now.UnixNano(), at.Int64+1))})
		}
	}
	return records, nil
}

// forgottenSince returns the keys that were forgotten at or after a time, in nanoseconds, with the time of their last
// record.
func (ix *index) forgottenSince(ctx context.Context, at int64) (last map[Key]int64, err error) {
	rows, err := ix.db.QueryContext(ctx, `SELECT f.key, (SELECT max(at) FROM outcomes o WHERE o.key = f.key)
		FROM outcomes f WHERE f.kind = 4 AND f.at >= ? GROUP BY f.key`, at)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	last = map[Key]int64{}
	for rows.Next() {
		var text []byte
		var key Key
		var at int64
		if err := rows.Scan(&text, &at); err != nil {
			return nil, err
		}
		copy(key[:], text)
		last[key] = at
	}
	return last, rows.Err()
}
