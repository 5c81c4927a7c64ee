package ledger

import (
	"context"
	"strings"
)

// elsewhere begins the run of a record that was imported: its answer was asked for, and paid, in another project. The
// mark stands in the record itself, so every machine that sees the bucket knows it, and no index has to.
const elsewhere = "elsewhere "

// Imported tells whether the call was made in another project, whose books tell what it cost. Its Run is "elsewhere "
// and the run there.
func (c Call) Imported() bool { return strings.HasPrefix(c.Run, elsewhere) }

// abroad and home are the same record as another project and as the project that asked have it.
func (r Record) abroad() Record {
	r.Call.Run = elsewhere + r.home().Call.Run
	return r
}

func (r Record) home() Record {
	r.Call.Run = strings.TrimPrefix(r.Call.Run, elsewhere)
	return r
}

// Elsewhere counts the imported answers and refusals, and what they cost in USD where they were paid. It reads the
// whole index: a millisecond for some thousand answers.
func (l *Ledger) Elsewhere(ctx context.Context) (n int, usd float64, err error) {
	err = l.with(ctx, func(ix *index) error {
		return ix.db.QueryRowContext(ctx, "SELECT count(*), total(usd) FROM outcomes WHERE kind IN (1, 2) AND run GLOB '"+elsewhere+"*'").Scan(&n, &usd)
	})
	return n, usd, err
}
