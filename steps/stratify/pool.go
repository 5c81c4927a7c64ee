package stratify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A pool is all candidates of a merge. They are read anew in each pass over them, so that memory does not grow with
// their number.
type pool struct {
	in    steps.In
	seed  int64
	parts int // the merge's sources are so many parts of the input, then the candidates of each

	// shared holds, sorted, the ranks that several rows have as long as only their ids count.
	shared []uint64
}

func newPool(a steps.Action, in steps.In, seed int64) *pool {
	return &pool{in: in, seed: seed, parts: len(a.Sources) / 2}
}

// size returns the number of candidates.
func (p *pool) size() int {
	n := 0
	for i := range p.parts {
		for _, part := range p.in.Parts(p.parts + i) {
			n += part.Rows
		}
	}
	return n
}

// each visits all candidates, with the rows that they stand for, in the order of the input.
func (p *pool) each(ctx context.Context, visit func(steps.From, candidate) error) error {
	for i := range p.parts {
		from := steps.From{Source: i}
		for _, part := range p.in.Parts(p.parts + i) {
			lines, err := p.in.Read(ctx, part)
			if err != nil {
				return err
			}
			for _, line := range jsonl.Rows(lines) {
				var c candidate
				if err := json.Unmarshal(line, &c); err != nil {
					return fmt.Errorf("read candidate %d of source %d: %w", from.Row, i, err)
				}
				if err := visit(from, p.settle(c)); err != nil {
					return err
				}
				from.Row++
			}
		}
	}
	return nil
}

// settle gives a candidate whose id is not its own the ranks of its id and digest.
func (p *pool) settle(c candidate) candidate {
	if _, c.shared = slices.BinarySearch(p.shared, c.Rank); c.shared {
		c.identify(p.seed, false)
	}
	return c
}

// share remembers which of the ranks occur more than once. It sorts them.
func (p *pool) share(ranks []uint64) {
	slices.Sort(ranks)
	for i := 1; i < len(ranks); i++ {
		last := len(p.shared) - 1
		if ranks[i] == ranks[i-1] && (last < 0 || p.shared[last] != ranks[i]) {
			p.shared = append(p.shared, ranks[i])
		}
	}
}

// fetch returns the bytes of the row that a candidate stands for. Rows lie anywhere in their parts, so only they are
// read, and each is checked against its own digest.
func (p *pool) fetch(ctx context.Context, from steps.From, c candidate) ([]byte, error) {
	r, err := p.in.Open(ctx, p.in.Parts(from.Source)[0])
	if err != nil {
		return nil, err
	}
	row := make([]byte, c.Length)
	n, err := r.ReadAt(row, c.Offset)
	if err == io.EOF && n == c.Length {
		err = nil
	}
	if closing := r.Close(); err == nil {
		err = closing
	}
	if err == nil && digest(row) != c.Digest {
		err = errors.New("its bytes are not those that were seen when candidates were noted; run sftrun verify")
	}
	if err != nil {
		return nil, fmt.Errorf("fetch row %d of source %d: %w", from.Row, from.Source, err)
	}
	return row, nil
}
