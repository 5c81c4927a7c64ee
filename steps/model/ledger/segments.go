package ledger

import (
	"context"
	"database/sql"
	"errors"
)

func (ix *index) segmentNames(ctx context.Context) (map[string]bool, error) {
	names := map[string]bool{}
	err := ix.each(ctx, "SELECT name, size FROM segments", nil, func(s stored) { names[s.name] = true })
	return names, err
}

// smallSegments lists the sound segments that are small enough to be merged.
func (ix *index) smallSegments(ctx context.Context) (small []stored, err error) {
	err = ix.each(ctx, "SELECT name, size FROM segments WHERE damaged = 0 AND size < ? ORDER BY id", []any{smallSegment},
		func(s stored) { small = append(small, s) })
	return small, err
}

func (ix *index) each(ctx context.Context, query string, args []any, f func(stored)) (err error) {
	rows, err := ix.db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s stored
		if err := rows.Scan(&s.name, &s.size); err != nil {
			return err
		}
		f(s)
	}
	return rows.Err()
}

// dropSegment takes a segment that is gone from the index. If outcomes are still said to lie in it, it stays, as a
// damaged one: Lookup will find out whether they lie elsewhere.
func (ix *index) dropSegment(ctx context.Context, name string) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM segments WHERE name = ?
			AND NOT EXISTS(SELECT 1 FROM outcomes WHERE segment = segments.id)`, name); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, "UPDATE segments SET damaged = 1 WHERE name = ?", name)
		return err
	})
}

func (ix *index) markDamaged(ctx context.Context, name string) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "UPDATE segments SET damaged = 1 WHERE name = ?", name)
		return err
	})
}
