// Package filter is the kind of step that keeps rows whose think blocks hold a number of tokens within a range, and
// notes that number in the row. It works part by part. It never changes another column and never looks at more than
// one row at a time.
package filter

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"slices"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/tokens"
)

//go:embed kind.cue
var schema string

// Kind returns the kind "filter".
func Kind() steps.Kind {
	return steps.Kind{Name: "filter", Version: 1, Schema: schema, EachRow: true, New: newStep, Do: do}
}

// config is the step's config, all of which every result depends on. It is also the config of each action.
type config struct {
	Tokens tokenRange `json:"tokens"`
	Blocks string     `json:"blocks"` // anyBlocks or oneBlock
}

// tokenRange is a range of token counts, both ends included.
type tokenRange struct {
	Min      int    `json:"min"`
	Max      int    `json:"max"`
	Encoding string `json:"encoding"`
}

const (
	anyBlocks = "any"
	oneBlock  = "one"
)

type step struct{ config config }

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
	case c.Tokens.Min < 0:
		return steps.Mistake("tokens.min", "%d is negative; 0 sets no lower end", c.Tokens.Min)
	case c.Tokens.Max < c.Tokens.Min:
		return steps.Mistake("tokens.max", "%d is less than tokens.min, %d, so no row could pass", c.Tokens.Max, c.Tokens.Min)
	case !slices.Contains(tokens.Encodings(), c.Tokens.Encoding):
		return steps.Mistake("tokens.encoding", "no encoding %q; choose one of %s", c.Tokens.Encoding, strings.Join(tokens.Encodings(), ", "))
	case c.Blocks != anyBlocks && c.Blocks != oneBlock:
		return steps.Mistake("blocks", "%q is neither %q nor %q", c.Blocks, anyBlocks, oneBlock)
	}
	return nil
}

// Actions makes one action for each part.
func (s *step) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	return steps.PerPart(in, "input", func(int, steps.Part) json.RawMessage { return steps.Encode(s.config) }), nil
}
