package ledger

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"slices"
)

// An Intake tells what an import found of one model. New, Present, Differing and Forgotten sum up to the answers and
// refusals in the file.
type Intake struct {
	Model     string  `json:"model"`
	New       int     `json:"new"`
	Present   int     `json:"present"`   // here already: the same record, or one that says the same
	Differing int     `json:"differing"` // here is another answer to the same question
	Earlier   int     `json:"earlier"`   // of these: the one in the file is earlier, or here is only a refusal, so it counts from now on
	Forgotten int     `json:"forgotten"` // taken back here after it was given, so it stays out
	USD       float64 `json:"usd"`       // what was taken in cost where it was paid
}

// Import verifies a file that Export wrote and then takes in the answers and refusals that the ledger lacks. If the file
// is not sound nothing is taken in. Of two answers to a question the earliest counts, as ever. With dry it only tells
// what it would do; that is all that a read-only ledger can do. What is taken in counts as imported (Call.Imported),
// and not as spent here. It may be stopped and done again.
func (l *Ledger) Import(ctx context.Context, file io.ReadSeeker, dry bool) ([]Intake, error) {
	if l.opt.ReadOnly && !dry {
		return nil, errReadOnly
	}
	if err := VerifyExport(file); err != nil {
		return nil, err
	}
	if _, err := file.Seek(0, io.SeekStart); err != nil {
		return nil, err
	}
	if err := l.Refresh(ctx); err != nil {
		return nil, err
	}
	sums := intakes{}
	err := readExport(file, func(records []Record) error {
		lacking, err := l.sift(ctx, records, sums)
		if err != nil || dry || len(lacking) == 0 {
			return err
		}
		return l.takeOver(ctx, lacking)
	})
	return sums.sorted(), err
}

// takeOver stores records as they are, at the time at which they were given.
func (l *Ledger) takeOver(ctx context.Context, records []Record) error {
	l.committing.Lock()
	defer l.committing.Unlock()
	if err := l.store(ctx, records, nil); err != nil {
		return err
	}
	l.tidy(ctx)
	return nil
}

// sift counts records, and returns those that the ledger lacks.
func (l *Ledger) sift(ctx context.Context, records []Record, sums intakes) (lacking []Record, err error) {
	for _, r := range records {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		take, err := l.weigh(ctx, r.abroad(), sums.of(r.Call.Model))
		if err != nil {
			return nil, err
		}
		if take {
			lacking = append(lacking, r.abroad())
		}
	}
	return lacking, nil
}

// weigh counts a record, and tells whether it is to be taken in.
func (l *Ledger) weigh(ctx context.Context, r Record, n *Intake) (take bool, err error) {
	var known []outcome
	err = l.with(ctx, func(ix *index) error {
		known, err = ix.outcomesOf(ctx, r.Key)
		return err
	})
	if err != nil {
		return false, err
	}
	same, err := holds(known, r)
	if err != nil {
		return false, err
	}
	forgotten := slices.ContainsFunc(known, func(o outcome) bool { return o.kind == Forgotten && o.at >= r.At.UnixNano() })
	here, answered, err := l.whole(ctx, r.Key)
	switch {
	case err != nil:
		return false, err
	case forgotten:
		n.Forgotten++
		return false, nil
	case !answered:
		n.New++
	case same || here.Kind == r.Kind && here.Reason == r.Reason && bytes.Equal(here.Body, r.Body):
		n.Present++
		return false, nil
	case !r.counts(here):
		n.Differing++
		return false, nil
	default:
		n.Differing++
		n.Earlier++
	}
	n.USD += r.Cost.USD
	return true, nil
}

// counts tells whether a record would count in place of the one that counts now.
func (r Record) counts(now Record) bool {
	if r.Kind != now.Kind {
		return r.Kind == Answered
	}
	return r.Kind == Answered && r.At.Before(now.At)
}

// An outcome is what the index says of one.
type outcome struct {
	kind Kind
	at   int64
	sum  int64
}

func (ix *index) outcomesOf(ctx context.Context, key Key) (known []outcome, err error) {
	rows, err := ix.db.QueryContext(ctx, "SELECT kind, at, sum FROM outcomes WHERE key = ? AND kind IN (1, 2, 4)", key[:])
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, rows.Close()) }()
	for rows.Next() {
		var o outcome
		if err := rows.Scan(&o.kind, &o.at, &o.sum); err != nil {
			return nil, err
		}
		known = append(known, o)
	}
	return known, rows.Err()
}

// holds tells whether a record is among outcomes, be it of this project or imported.
func holds(known []outcome, r Record) (bool, error) {
	for _, form := range []Record{r.home(), r.abroad()} {
		sum, err := checksum(form)
		if err != nil {
			return false, err
		}
		if slices.ContainsFunc(known, func(o outcome) bool { return o.at == r.At.UnixNano() && o.sum == int64(sum) }) {
			return true, nil
		}
	}
	return false, nil
}

type portions map[string]*Portion

func (p portions) of(model string) *Portion {
	if p[model] == nil {
		p[model] = &Portion{Model: model}
	}
	return p[model]
}

func (p portions) sorted() []Portion {
	return byModel(p, func(s Portion) string { return s.Model })
}

type intakes map[string]*Intake

func (p intakes) of(model string) *Intake {
	if p[model] == nil {
		p[model] = &Intake{Model: model}
	}
	return p[model]
}

func (p intakes) sorted() []Intake {
	return byModel(p, func(s Intake) string { return s.Model })
}

func byModel[T any](sums map[string]*T, model func(T) string) []T {
	list := make([]T, 0, len(sums))
	for _, s := range sums {
		list = append(list, *s)
	}
	slices.SortFunc(list, func(a, b T) int { return cmp.Compare(model(a), model(b)) })
	return list
}
