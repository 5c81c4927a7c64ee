package stratify

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"sftrun.local/steps"
)

// fetch returns the bytes of rows, in the order of the picks. It opens each part once, however the rows are mixed, as
// opening may cost as much as reading all of the part: rejects are put together anew each time.
func (p *pool) fetch(ctx context.Context, picks []pick) ([][]byte, error) {
	order := make([]int, len(picks))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int {
		return cmp.Or(cmp.Compare(picks[a].from.Source, picks[b].from.Source), cmp.Compare(picks[a].Offset, picks[b].Offset))
	})
	rows := make([][]byte, len(picks))
	for len(order) > 0 {
		source := picks[order[0]].from.Source
		n := slices.IndexFunc(order, func(i int) bool { return picks[i].from.Source != source })
		if n < 0 {
			n = len(order)
		}
		if err := p.fetchOf(ctx, source, picks, order[:n], rows); err != nil {
			return nil, err
		}
		order = order[n:]
	}
	return rows, nil
}

// fetchOf fills in the rows with the numbers given, all of one source.
func (p *pool) fetchOf(ctx context.Context, source int, picks []pick, numbers []int, rows [][]byte) (err error) {
	r, err := p.in.Open(ctx, p.in.Parts(source)[0])
	if err != nil {
		return err
	}
	defer func() {
		if closing := r.Close(); err == nil {
			err = closing
		}
	}()
	for _, i := range numbers {
		if err := ctx.Err(); err != nil {
			return err
		}
		if rows[i], err = picks[i].read(r); err != nil {
			return fmt.Errorf("fetch row %d of source %d: %w", picks[i].from.Row, source, err)
		}
	}
	return nil
}

// read reads the row from its part, which is not verified as a whole, so the row is checked against its own digest.
func (c candidate) read(part steps.Reader) ([]byte, error) {
	row := make([]byte, c.Length)
	n, err := part.ReadAt(row, c.Offset)
	if err != nil && (err != io.EOF || n < c.Length) {
		return nil, err
	}
	if digest(row) != c.Digest {
		return nil, errors.New("its bytes are not those that were seen when candidates were noted; run sftrun verify")
	}
	return row, nil
}
