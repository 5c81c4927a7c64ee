package stratify

import (
	"cmp"
	"context"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/rank"
)

// merge draws the sample: count the strata, divide the target, choose, then fetch what was chosen.
func (d drawing) merge(ctx context.Context, p *pool, out steps.Out) error {
	fields, err := p.sightings(ctx)
	if err != nil {
		return err
	}
	if err := fields.check(d.By); err != nil {
		return err
	}
	count, err := countCandidates(ctx, p)
	if err != nil {
		return err
	}
	count.report(out)
	p.share(count.ranks)
	quotas := divide(d.Target, count.strata, d.Shares)
	if err := d.checkQuotas(count.strata, quotas); err != nil {
		return err
	}
	chosen, err := choose(ctx, p, quotas)
	if err != nil {
		return err
	}
	drawn, err := part(ctx, p, chosen, out)
	if err != nil {
		return err
	}
	return emit(ctx, p, drawn, out)
}

// A census is what is counted of all candidates.
type census struct {
	strata    map[string]int // rows that came in
	ranks     []uint64       // of the rows with an id
	withoutID int
}

func countCandidates(ctx context.Context, p *pool) (census, error) {
	c := census{strata: map[string]int{}, ranks: make([]uint64, 0, p.size())}
	err := p.each(ctx, func(_ steps.From, one candidate) error {
		if one.ID == "" {
			c.withoutID++
		} else {
			c.ranks = append(c.ranks, one.Rank)
		}
		if one.Outside == "" {
			c.strata[one.Stratum]++
		}
		return nil
	})
	return c, err
}

func (c census) report(out steps.Out) {
	if c.withoutID > 0 {
		out.Count("identity", "rows without id", c.withoutID)
	}
	for stratum, n := range c.strata {
		out.Count("candidates by stratum", stratum, n)
	}
}

// choose returns the numbers of the chosen candidates, counted over all: in each stratum the quota's smallest ranks.
// Rows of equal rank are equal to the byte (but for an accident of 64 bits), so which of them is chosen makes no
// difference to what comes out.
func choose(ctx context.Context, p *pool, quotas map[string]int) (map[int]bool, error) {
	smallest := map[string]*rank.Smallest{}
	for stratum, quota := range quotas {
		smallest[stratum] = &rank.Smallest{K: quota}
	}
	number := 0
	err := p.each(ctx, func(_ steps.From, c candidate) error {
		if c.Outside == "" {
			smallest[c.Stratum].Offer(c.Rank, number)
		}
		number++
		return nil
	})
	chosen := map[int]bool{}
	for _, s := range smallest {
		for _, number := range s.Numbers() {
			chosen[number] = true
		}
	}
	return chosen, err
}

// A pick is a candidate that was chosen.
type pick struct {
	candidate
	from steps.From
}

// part separates the candidates: it drops those that were not chosen, and returns the others.
func part(ctx context.Context, p *pool, chosen map[int]bool, out steps.Out) ([]pick, error) {
	drawn := make([]pick, 0, len(chosen))
	number := -1
	err := p.each(ctx, func(from steps.From, c candidate) error {
		number++
		if c.shared {
			out.Count("identity", "rows whose id repeats", 1)
		}
		switch {
		case c.Outside != "":
			return out.Drop(from, c.ID, "outside edges", c.Outside)
		case !chosen[number]:
			return out.Drop(from, c.ID, "not drawn", c.Stratum)
		}
		drawn = append(drawn, pick{c, from})
		return nil
	})
	return drawn, err
}

// maxHeld is how many bytes of rows are held while they are put into order.
const maxHeld = 256 << 20

// emit hands on the rows that were drawn, in the order of their second hash: by the first one, strata of which only few
// rows were drawn would come before the others.
func emit(ctx context.Context, p *pool, drawn []pick, out steps.Out) error {
	slices.SortStableFunc(drawn, func(a, b pick) int { return cmp.Compare(a.Order, b.Order) })
	for len(drawn) > 0 {
		n := fitting(drawn, maxHeld)
		rows, err := p.fetch(ctx, drawn[:n])
		if err != nil {
			return err
		}
		for i, d := range drawn[:n] {
			if err := ctx.Err(); err != nil {
				return err
			}
			out.Count("rows by stratum", d.Stratum, 1)
			if err := out.Row(steps.Row{Bytes: rows[i], From: d.from}); err != nil {
				return err
			}
		}
		drawn = drawn[n:]
	}
	return nil
}

// fitting returns how many of the first picks have no more bytes than a limit together, and at least one.
func fitting(drawn []pick, limit int) int {
	n, size := 0, 0
	for n < len(drawn) && (n == 0 || size+drawn[n].Length <= limit) {
		size += drawn[n].Length
		n++
	}
	return n
}
