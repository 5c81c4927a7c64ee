package filter

import (
	"context"
	"encoding/json"
	"fmt"
	"strconv"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/tokens"
)

// countColumn is the column that a kept row gets.
const countColumn = "think_token_count"

func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	j, err := newJudge(a.Config)
	if err != nil {
		return err
	}
	part, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	for i, row := range jsonl.Rows(part) {
		if err := ctx.Err(); err != nil {
			return err
		}
		if err := handOn(row, steps.From{Row: i}, j.judge(row), out); err != nil {
			return err
		}
	}
	return nil
}

func newJudge(data []byte) (*judge, error) {
	var c config
	if err := json.Unmarshal(data, &c); err != nil {
		return nil, fmt.Errorf("read config of an action of filter: %w", err)
	}
	counter, err := tokens.Load(c.Tokens.Encoding)
	if err != nil {
		return nil, err
	}
	return &judge{c, counter}, nil
}

// handOn passes on or drops a row as the verdict says, and counts it under its source.
func handOn(row []byte, from steps.From, v verdict, out steps.Out) error {
	source := jsonl.Source(row)
	out.Count("rows in by source", source, 1)
	if v.reason != "" {
		id, _ := jsonl.String(row, "id")
		return out.Drop(from, id, v.reason, v.detail)
	}
	out.Count("rows by source", source, 1)
	return out.Row(steps.Row{Bytes: jsonl.Set(row, countColumn, strconv.AppendInt(nil, int64(v.tokens), 10)), From: from})
}
