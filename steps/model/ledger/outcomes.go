package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"
)

// A stored outcome wins over the same outcome stored elsewhere if its segment is greater, by size and then by name.
// See the package's comment for what rests on this.
const insertOutcome = `
INSERT INTO outcomes(key, at, kind, late, segment, off, n, reason, detail, run, step, model, tokens_in, tokens_out, thought, cached, usd)
VALUES(?1, ?2, ?3, ?4 AND EXISTS(SELECT 1 FROM outcomes WHERE key = ?1 AND at <> ?2 AND kind = 1), ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
ON CONFLICT(key, at) DO UPDATE SET segment = excluded.segment, off = excluded.off, n = excluded.n
WHERE (SELECT size, name FROM segments WHERE id = excluded.segment) > (SELECT size, name FROM segments WHERE id = outcomes.segment)`

// A taken segment is one whose records go into an index.
type taken struct {
	name    string
	size    int64
	damaged bool
	records []placed
}

// take enters the records of a segment, in one transaction. If anew, the index is being built, and the earliest of
// several answers to a key will be the answer; otherwise the one that is there already.
func (ix *index) take(ctx context.Context, t taken, anew bool) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		id, err := addSegment(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := addOutcomes(ctx, tx, id, t.records, anew); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, "DELETE FROM intents WHERE key IN (SELECT key FROM outcomes WHERE segment = ?)", id)
		return err
	})
}

func addSegment(ctx context.Context, tx *sql.Tx, t taken) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO segments(name, size, damaged) VALUES(?, ?, ?)
		ON CONFLICT(name) DO UPDATE SET damaged = excluded.damaged RETURNING id`, t.name, t.size, t.damaged).Scan(&id)
	return id, err
}

func addOutcomes(ctx context.Context, tx *sql.Tx, segment int64, records []placed, anew bool) error {
	insert, err := tx.PrepareContext(ctx, insertOutcome)
	if err != nil {
		return err
	}
	for _, r := range records {
		if _, err = insert.ExecContext(ctx, r.Key[:], r.At.UnixNano(), r.Kind, !anew && r.Kind == Answered, segment, r.off, r.n,
			r.Reason, r.Detail, r.Call.Run, r.Call.Step, r.Call.Model,
			r.Cost.In, r.Cost.Out, r.Cost.Thought, r.Cost.Cached, r.Cost.USD); err != nil {
			break
		}
	}
	return errors.Join(err, insert.Close())
}

const selectOutcomes = `
SELECT o.kind, s.name, s.size, o.at, o.off, o.n, o.reason, o.detail
FROM outcomes o JOIN segments s ON s.id = o.segment WHERE o.key = ? AND o.kind IN (1, 2) ORDER BY o.kind, o.late, o.at`

// settled returns where answers to a key lie: the answer first, then others that could stand in for it if it is lost.
// If the key was refused, refusal is the last one.
func (ix *index) settled(ctx context.Context, key Key) (places []place, refusal *Record, err error) {
	rows, err := ix.selectOutcomes.QueryContext(ctx, key[:])
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r := Record{Key: key}
		var p place
		var at int64
		if err := rows.Scan(&r.Kind, &p.segment, &p.size, &at, &p.off, &p.n, &r.Reason, &r.Detail); err != nil {
			return nil, nil, err
		}
		p.at = time.Unix(0, at)
		if r.Kind == Refused {
			refusal = &r
		} else {
			places = append(places, p)
		}
	}
	return places, refusal, rows.Err()
}

// forget turns the refusals of keys into failures: they stay in the books and settle nothing.
func (ix *index) forget(ctx context.Context, keys []Key) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, "UPDATE outcomes SET kind = 3 WHERE key = ? AND kind = 2", k[:]); err != nil {
				return err
			}
		}
		return nil
	})
}
