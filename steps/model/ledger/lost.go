package ledger

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// A Loss is a segment that is gone though answers are known to lie in it, and nowhere else.
type Loss struct {
	Name    string   // of the segment in its bucket
	Answers int      // answers and refusals that are lost
	Models  []string // that gave them, in order of name
}

// add counts a record that is lost.
func (l *Loss) add(r Record) {
	if r.Kind != Answered && r.Kind != Refused {
		return
	}
	l.Answers++
	if r.Call.Model != "" && !slices.Contains(l.Models, r.Call.Model) {
		l.Models = append(l.Models, r.Call.Model)
		slices.Sort(l.Models)
	}
}

// A Lost error says that segments are gone with their answers.
type Lost struct {
	Losses []Loss
}

func (l *Lost) Error() string {
	n := 0
	for _, loss := range l.Losses {
		n += loss.Answers
	}
	names := l.Losses[0].Name
	if more := len(l.Losses) - 1; more > 0 {
		names += fmt.Sprintf(" and %d more", more)
	}
	return fmt.Sprintf("%s: gone, with answers that lie nowhere else: %d. These must be asked for again; if you have a copy of what is gone, put it back first", names, n)
}

// Lost lists the segments that the index knows and that are gone from the bucket, with what was in them alone.
func (l *Ledger) Lost(ctx context.Context) (losses []Loss, err error) {
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	there := map[string]bool{}
	for name, err := range l.opt.Bucket.List(ctx, segmentPrefix) {
		if err != nil {
			return nil, fmt.Errorf("ledger: list the stored answers: %w", err)
		}
		there[name] = true
	}
	err = l.with(ctx, func(ix *index) error {
		all, err := ix.holdings(ctx)
		losses = slices.DeleteFunc(all, func(s Loss) bool { return there[s.Name] })
		return err
	})
	return losses, err
}

// holdings lists the segments that outcomes are said to lie in.
func (ix *index) holdings(ctx context.Context) (all []Loss, err error) {
	rows, err := ix.db.QueryContext(ctx, `SELECT s.name, sum(o.kind IN (1, 2)), coalesce(group_concat(DISTINCT nullif(o.model, '')), '')
		FROM outcomes o JOIN segments s ON s.id = o.segment GROUP BY s.id ORDER BY s.name`)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var s Loss
		var models string
		if err := rows.Scan(&s.Name, &s.Answers, &models); err != nil {
			return nil, err
		}
		s.Models = strings.FieldsFunc(models, func(r rune) bool { return r == ',' })
		slices.Sort(s.Models)
		all = append(all, s)
	}
	return all, rows.Err()
}

// Holds counts the answers and refusals in the book, those that were taken back too.
func (l *Ledger) Holds(ctx context.Context) (n int, err error) {
	err = l.with(ctx, func(ix *index) error {
		n, err = ix.answers(ctx)
		return err
	})
	return n, err
}

func (ix *index) answers(ctx context.Context) (n int, err error) {
	err = ix.db.QueryRowContext(ctx, "SELECT count(*) FROM outcomes WHERE kind IN (1, 2)").Scan(&n)
	return n, err
}

// Known reads of the index at a path, without its bucket, how many answers and refusals it leads to and which segments
// it knows.
func Known(ctx context.Context, path string) (answers int, segments []string, err error) {
	ix, err := readIndex(ctx, path)
	if err != nil {
		return 0, nil, err
	}
	defer func() { err = errors.Join(err, ix.close()) }()
	if answers, err = ix.answers(ctx); err != nil {
		return 0, nil, err
	}
	err = ix.each(ctx, "SELECT name, size FROM segments ORDER BY id", nil, func(s stored) { segments = append(segments, s.name) })
	return answers, segments, err
}
