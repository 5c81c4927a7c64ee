package ledger

import (
	"context"
	"database/sql"
	"errors"
)

// A Sum is what one run spent on one model for one step.
type Sum struct {
	Call
	Cost
	Answered, Refused, Failed int // outcomes
}

// Sums lists what was spent, by run, step and model, in the order in which it began. Outcomes that a refusal or
// failure cost are in it.
func (l *Ledger) Sums(ctx context.Context) (sums []Sum, err error) {
	err = l.with(ctx, func(ix *index) error {
		sums, err = ix.sums(ctx)
		return err
	})
	return sums, err
}

// Spent returns what was spent in USD by one run and by all runs.
func (l *Ledger) Spent(ctx context.Context, run string) (inRun, inAll float64, err error) {
	err = l.with(ctx, func(ix *index) error {
		inRun, inAll, err = ix.spent(ctx, run)
		return err
	})
	return inRun, inAll, err
}

// InDoubt counts the calls that were about to be made when a process ended, and of which nothing is known: they may
// have been billed.
func (l *Ledger) InDoubt(ctx context.Context) (n int, err error) {
	err = l.with(ctx, func(ix *index) error {
		n, err = ix.inDoubt(ctx)
		return err
	})
	return n, err
}

func (ix *index) sums(ctx context.Context) (sums []Sum, err error) {
	rows, err := ix.db.QueryContext(ctx, `SELECT run, step, model, sum(kind = 1), sum(kind = 2), sum(kind = 3),
		sum(tokens_in), sum(tokens_out), sum(thought), sum(cached), sum(usd)
		FROM outcomes GROUP BY run, step, model ORDER BY min(at), run, step, model`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s Sum
		if err := rows.Scan(&s.Run, &s.Step, &s.Model, &s.Answered, &s.Refused, &s.Failed,
			&s.In, &s.Out, &s.Thought, &s.Cached, &s.USD); err != nil {
			return nil, err
		}
		sums = append(sums, s)
	}
	return sums, rows.Err()
}

func (ix *index) spent(ctx context.Context, run string) (inRun, inAll float64, err error) {
	err = ix.db.QueryRowContext(ctx, "SELECT total(CASE WHEN run = ? THEN usd END), total(usd) FROM outcomes WHERE usd > 0", run).
		Scan(&inRun, &inAll)
	return inRun, inAll, err
}

// An Intent announces a call.
type Intent struct {
	Key  Key
	At   int64 // nanoseconds since 1970
	Call Call
}

func (ix *index) intend(ctx context.Context, intents []Intent) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		for _, in := range intents {
			if _, err := tx.ExecContext(ctx, "INSERT OR REPLACE INTO intents(key, at, run, step, model) VALUES(?, ?, ?, ?, ?)",
				in.Key[:], in.At, in.Call.Run, in.Call.Step, in.Call.Model); err != nil {
				return err
			}
		}
		return nil
	})
}

func (ix *index) settle(ctx context.Context, keys []Key) error {
	return ix.write(ctx, func(tx *sql.Tx) error {
		for _, k := range keys {
			if _, err := tx.ExecContext(ctx, "DELETE FROM intents WHERE key = ?", k[:]); err != nil {
				return err
			}
		}
		return nil
	})
}

// inDoubt counts the intents that nothing came of.
func (ix *index) inDoubt(ctx context.Context) (n int, err error) {
	err = ix.db.QueryRowContext(ctx, "SELECT count(*) FROM intents").Scan(&n)
	return n, err
}
