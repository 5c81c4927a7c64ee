package stratify

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// A pool is all candidates of a merge. They are read anew in each pass over them, so that memory does not grow with
// their number.
type pool struct {
	in    steps.In
	seed  int64
	parts int // the merge's sources are so many parts of the input, the candidates of each, and what was seen of its fields

	// shared holds, sorted, the ranks that several rows have as long as only their ids count.
	shared []uint64
}

func newPool(a steps.Action, in steps.In, seed int64) *pool {
	return &pool{in: in, seed: seed, parts: len(a.Sources) / 3}
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
				if err := ctx.Err(); err != nil {
					return err
				}
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
