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
	there, err := survey(ctx, p, out)
	if err != nil {
		return err
	}
	quotas := divide(d.Target, there, d.Shares)
	if err := d.checkQuotas(there, quotas); err != nil {
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

// survey counts the candidates of each stratum, and finds the ids that are not a single row's.
func survey(ctx context.Context, p *pool, out steps.Out) (there map[string]int, err error) {
	there = map[string]int{}
	ranks := make([]uint64, 0, p.size())
	err = p.each(ctx, func(_ steps.From, c candidate) error {
		if c.ID == "" {
			out.Count("identity", "rows without id", 1)
		} else {
			ranks = append(ranks, c.Rank)
		}
		if c.Outside == "" {
			there[c.Stratum]++
			out.Count("candidates by stratum", c.Stratum, 1)
		}
		return nil
	})
	p.share(ranks)
	return there, err
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

// emit hands on the rows that were drawn, in the order of their second hash: by the first one, strata of which only few
// rows were drawn would come before the others.
func emit(ctx context.Context, p *pool, drawn []pick, out steps.Out) error {
	slices.SortStableFunc(drawn, func(a, b pick) int { return cmp.Compare(a.Order, b.Order) })
	for _, d := range drawn {
		row, err := p.fetch(ctx, d.from, d.candidate)
		if err != nil {
			return err
		}
		out.Count("rows by stratum", d.Stratum, 1)
		if err := out.Row(steps.Row{Bytes: row, From: d.from}); err != nil {
			return err
		}
	}
	return nil
}
