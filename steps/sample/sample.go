// Package sample is the kind of step that picks rows at random: some shards of a dataset, then some rows of each.
//
// The choice follows package rank: the shards of smallest rank of their name, and of each the rows of smallest rank of
// name and row number. So every set of rows of a size is equally likely, and more shards or more rows per shard only
// add rows. Rows come out in the order of the shards' names and, within a shard, of the file.
//
// The package never changes a row, never leaves one out for what it holds, and never looks for duplicates across
// shards.
package sample

import (
	"bytes"
	_ "embed"
	"encoding/json"

	"sftrun.local/steps"
)

//go:embed kind.cue
var schema string

// Kind returns the kind "sample".
func Kind() steps.Kind {
	return steps.Kind{Name: "sample", Version: 1, Schema: schema, Meta: "sample_meta", New: newStep, Do: do}
}

// config is the step's config.
type config struct {
	From         patterns `json:"from"`
	Config       string   `json:"config"` // of datasets that have configurations, "" for the default one
	Split        string   `json:"split"`  // of datasets that have splits, which files on this machine have not
	Shards       int      `json:"shards"`
	RowsPerShard int      `json:"rowsPerShard"`
	Seed         int64    `json:"seed"`
}

// patterns are one or several globs or addresses, in JSON a string or a list of strings.
type patterns []string

// UnmarshalJSON reads a string or a list of strings.
func (p *patterns) UnmarshalJSON(data []byte) error {
	if bytes.HasPrefix(data, []byte(`"`)) {
		*p = make(patterns, 1)
		return json.Unmarshal(data, &(*p)[0])
	}
	return json.Unmarshal(data, (*[]string)(p))
}

func newStep(data []byte) (steps.Step, error) {
	var c config
	if err := steps.Decode(data, &c); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	return &step{c}, nil
}

func (c config) check() error {
	switch {
	case len(c.From) == 0:
		return steps.Mistake("from", `no files; name some: "data/*.parquet"`)
	case c.Shards < 1:
		return steps.Mistake("shards", "%d shards would give no rows; the least is 1", c.Shards)
	case c.RowsPerShard < 1:
		return steps.Mistake("rowsPerShard", "%d rows per shard would give no rows; the least is 1", c.RowsPerShard)
	}
	return nil
}
