package ledger

import (
	"context"
	"errors"
)

// A Sum is what one run spent on one model for one step.
type Sum struct {
	Call
	Cost
	Answered, Refused, Failed int // outcomes
}

// Sums lists what was spent, by run, step and model, in the order in which it began. Outcomes that a refusal or
// failure cost are in it. It reads the whole index: a millisecond for each thousand answers.
func (l *Ledger) Sums(ctx context.Context) (sums []Sum, err error) {
	err = l.with(ctx, func(ix *index) error {
		sums, err = ix.sums(ctx)
		return err
	})
	return sums, err
}

// Spent returns what was spent in USD by one run and by all runs. What was imported was spent elsewhere.
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
		FROM outcomes WHERE kind IN (1, 2, 3) GROUP BY run, step, model ORDER BY min(at), run, step, model`)
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
	err = ix.db.QueryRowContext(ctx, "SELECT total(CASE WHEN run = ? THEN usd END), total(usd) FROM outcomes WHERE usd > 0 AND run NOT GLOB '"+elsewhere+"*'", run).
		Scan(&inRun, &inAll)
	return inRun, inAll, err
}

// inDoubt counts the intents that nothing came of.
func (ix *index) inDoubt(ctx context.Context) (n int, err error) {
	err = ix.db.QueryRowContext(ctx, "SELECT count(*) FROM intents").Scan(&n)
	return n, err
}
