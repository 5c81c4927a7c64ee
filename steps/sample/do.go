package sample

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/rank"
	"sftrun.local/steps/sample/shards"
)

// do samples one shard: it counts the rows, chooses among their numbers, and reads the chosen ones.
func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	var c actionConfig
	if err := json.Unmarshal(a.Config, &c); err != nil {
		return fmt.Errorf("read action of sample: %w", err)
	}
	file, err := in.Shard(ctx, 0)
	if err != nil {
		return err
	}
	defer file.Close()
	shard, err := shards.Open(file, cmp.Or(a.Shards[0].Place, c.Name)) // errors name the file as the user would
	if err != nil {
		return err
	}
	n, err := shard.Rows(ctx)
	if err != nil {
		return err
	}
	t := tally{out: out, ids: map[uint64]bool{}}
	flaws, err := shard.Read(ctx, c.chooseRows(n), t.row)
	t.flaws(flaws)
	return err
}

// chooseRows returns the numbers, of n, of the rows of smallest rank, ascending.
func (c actionConfig) chooseRows(n int) []int {
	smallest := rank.Smallest{K: c.RowsPerShard}
	for i := range n {
		smallest.Offer(rank.Hash(c.Seed, c.Name, strconv.Itoa(i)), i)
	}
	return smallest.Numbers()
}

// tally hands rows on and counts what is worth knowing of them.
type tally struct {
	out steps.Out
	ids map[uint64]bool // ranks of the ids seen
}

func (t *tally) row(number int, line []byte) error {
	source := jsonl.Source(line)
	t.out.Count("rows by source", source, 1)
	t.id(line)
	return t.out.Row(steps.Row{Bytes: line, From: steps.From{Source: -1, Row: number}})
}

// id counts ids that cannot tell rows apart.
func (t *tally) id(line []byte) {
	id, ok := jsonl.String(line, "id")
	if !ok {
		t.out.Count("ids", "missing", 1)
		return
	}
	mark := rank.Hash(0, id)
	if t.ids[mark] {
		t.out.Count("ids", "repeated within a shard", 1)
	}
	t.ids[mark] = true
}

func (t *tally) flaws(f shards.Flaws) {
	if f.BadText > 0 {
		t.out.Count("sample", "rows with invalid UTF-8 mended", f.BadText)
	}
	if f.NotNumber > 0 {
		t.out.Count("sample", "rows with NaN or infinite numbers as null", f.NotNumber)
	}
}
