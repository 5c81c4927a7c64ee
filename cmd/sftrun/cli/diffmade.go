package cli

import (
	"context"
	"encoding/json"
	"slices"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
	"sftrun.local/steps/jsonl"
)

// made tells what is known of a step on one side, nil if it is not there or not done. The tokens of its rows are
// counted by then.
func (m *measure) made(ctx context.Context, s *runner.Snapshot, made *runner.Made) (*diffMade, error) {
	if made == nil || !made.Done {
		return nil, nil
	}
	t := made.Tally
	of := &diffMade{
		Kind: made.Kind, In: t.In, Out: rowsIn(made), Dropped: t.Dropped, Failed: t.Failed, Figures: t.Figures,
		Sent: made.Asked.Asked, Answered: made.Asked.Answered, USD: made.Asked.USD,
	}
	var counts []int32
	for _, p := range made.Rows {
		counts = append(counts, m.parts[p.Digest]...)
	}
	of.Tokens = compare.SpreadOf(counts)
	return of, m.makings(ctx, s, made, of)
}

// making is what is read of what a step noted of the making of a row. A step of any kind that notes these has them
// compared.
type making struct {
	Kept *float64 `json:"words_kept"` // share of the words of the original
	USD  *float64 `json:"cost_usd"`
}

// makings reads what was noted of the making of the rows.
func (m *measure) makings(ctx context.Context, s *runner.Snapshot, made *runner.Made, of *diffMade) error {
	var kept keptWords
	for i, p := range made.Rows {
		if p.Provenance.Digest == "" {
			continue
		}
		data, err := s.Read(ctx, made.Name, p.Provenance)
		if err != nil {
			return err
		}
		for j, line := range jsonl.Rows(data) {
			var row making
			if json.Unmarshal(line, &row) != nil {
				continue // a kind may note what it likes
			}
			of.cost(row.USD)
			kept.add(row.Kept, compare.Place{Part: uint32(i), Row: uint32(j)})
		}
	}
	if len(kept.shares) == 0 {
		return nil
	}
	row, err := m.row(ctx, s, made, kept.at)
	if err != nil {
		return err
	}
	of.Kept = kept.sum(idOf(row))
	return nil
}

// cost adds what the answers for one row have cost, if that is known.
func (d *diffMade) cost(usd *float64) {
	if usd == nil {
		return
	}
	sum := *usd
	if d.Cost != nil {
		sum += *d.Cost
	}
	d.Cost = &sum
}

// keptWords gathers the shares of words that rows kept.
type keptWords struct {
	shares []float64
	lowest float64
	at     compare.Place // of the lowest, the first one of these
}

func (k *keptWords) add(share *float64, at compare.Place) {
	if share == nil {
		return
	}
	if len(k.shares) == 0 || *share < k.lowest {
		k.lowest, k.at = *share, at
	}
	k.shares = append(k.shares, *share)
}

func (k *keptWords) sum(lowestID string) *diffKept {
	slices.Sort(k.shares)
	return &diffKept{Rows: len(k.shares), Median: compare.Percentile(k.shares, 50), Lowest: k.lowest, LowestID: lowestID}
}
