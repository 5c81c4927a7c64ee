package ledger

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"sftrun.local/steps/fault"
)

// A stored outcome wins over the same outcome stored elsewhere if its segment is greater, by size and then by name.
// See the package's comment for what rests on this.
const insertOutcome = `
INSERT INTO outcomes(key, at, kind, sum, segment, off, n, reason, detail, run, step, model, tokens_in, tokens_out, thought, cached, usd)
VALUES(?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, ?16, ?17)
ON CONFLICT(key, at, sum) DO UPDATE SET segment = excluded.segment, off = excluded.off, n = excluded.n
WHERE (SELECT size, name FROM segments WHERE id = excluded.segment) > (SELECT size, name FROM segments WHERE id = outcomes.segment)`

// An intent is ended by any later outcome of its key, whichever of the two this index meets first; but not by what was
// imported: that tells nothing of the call that was made here.
const (
	insertIntent = `INSERT OR IGNORE INTO intents(key, at) SELECT ?1, ?2
WHERE NOT EXISTS(SELECT 1 FROM outcomes WHERE key = ?1 AND at >= ?2 AND kind IN (1, 2, 3, 6) AND run NOT GLOB '` + elsewhere + `*')`

	endIntents = `DELETE FROM intents WHERE (key, at) IN (SELECT i.key, i.at FROM outcomes o CROSS JOIN intents i
WHERE o.segment = ? AND o.kind IN (1, 2, 3, 6) AND o.run NOT GLOB '` + elsewhere + `*' AND i.key = o.key AND i.at <= o.at)`
)

// A taken segment is one whose records go into an index.
type taken struct {
	name    string
	size    int64
	damaged bool
	records []placed
}

// take enters the records of a segment, in one transaction. What the index then holds depends only on which segments
// it has taken, and not on their order.
func (ix *index) take(ctx context.Context, t taken) error {
	err := ix.write(ctx, func(tx *sql.Tx) error {
		fault.Point("index: begun")
		id, err := addSegment(ctx, tx, t)
		if err != nil {
			return err
		}
		if err := addOutcomes(ctx, tx, id, t.records); err != nil {
			return err
		}
		fault.Point("index: outcomes entered")
		if err := addIntents(ctx, tx, t.records); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, endIntents, id)
		fault.Point("index: complete")
		return err
	})
	if err == nil {
		fault.Point("index: committed")
	}
	return err
}

func addSegment(ctx context.Context, tx *sql.Tx, t taken) (id int64, err error) {
	err = tx.QueryRowContext(ctx, `INSERT INTO segments(name, size, damaged) VALUES(?, ?, ?)
		ON CONFLICT(name) DO UPDATE SET damaged = excluded.damaged RETURNING id`, t.name, t.size, t.damaged).Scan(&id)
	return id, err
}

func addOutcomes(ctx context.Context, tx *sql.Tx, segment int64, records []placed) error {
	insert, err := tx.PrepareContext(ctx, insertOutcome)
	if err != nil {
		return err
	}
	for _, r := range records {
		if r.Kind == Intended {
			continue
		}
		if _, err = insert.ExecContext(ctx, r.Key[:], r.At.UnixNano(), r.Kind, r.sum, segment, r.off, r.n,
			r.Reason, r.Detail, r.Call.Run, r.Call.Step, r.Call.Model,
			r.Cost.In, r.Cost.Out, r.Cost.Thought, r.Cost.Cached, r.Cost.USD); err != nil {
			break
		}
	}
	return errors.Join(err, insert.Close())
}

func addIntents(ctx context.Context, tx *sql.Tx, records []placed) error {
	for _, r := range records {
		if r.Kind != Intended {
			continue
		}
		if _, err := tx.ExecContext(ctx, insertIntent, r.Key[:], r.At.UnixNano()); err != nil {
			return err
		}
	}
	return nil
}

const selectOutcomes = `
SELECT o.kind, s.name, s.size, o.at, o.off, o.n, o.reason, o.detail
FROM outcomes o JOIN segments s ON s.id = o.segment WHERE o.key = ? AND o.kind IN (1, 2, 4) ORDER BY o.at, o.sum`

// settled returns where answers to a key lie that are not forgotten: the earliest, which is the answer, and then
// others that could stand in for it if it is lost. If the key was refused, refusal is the last one.
func (ix *index) settled(ctx context.Context, key Key) (places []place, refusal *Record, err error) {
	rows, err := ix.selectOutcomes.QueryContext(ctx, key[:])
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		r, p, err := scanOutcome(rows)
		if err != nil {
			return nil, nil, err
		}
		switch r.Kind {
		case Answered:
			places = append(places, p)
		case Refused:
			r.Key, refusal = key, &r
		case Forgotten:
			places, refusal = nil, nil
		}
	}
	return places, refusal, rows.Err()
}

func scanOutcome(rows *sql.Rows) (r Record, p place, err error) {
	var at int64
	err = rows.Scan(&r.Kind, &p.segment, &p.size, &at, &p.off, &p.n, &r.Reason, &r.Detail)
	p.at = time.Unix(0, at)
	return r, p, err
}
