// Package stratify is the kind of step that draws a balanced sample: so many rows in all, divided over strata as evenly
// as the rows allow or by shares that the config gives.
//
// The work is split in two. A "candidates" action per part of the input notes of each row its stratum, its identity,
// two hashes and where it lies; it does not know the target, so changing the target redoes none of them. One "merge"
// action then divides the target (quota.go), takes in each stratum the rows of smallest hash, fetches just these and
// puts them into an order of their own.
//
// The choice rests on hashes of (seed, identity) and on nothing else. So a larger target alone only adds rows, the order
// of the parts does not matter, and more candidates displace few rows. The identity of a row is its "id"; where several
// rows have the same one, or none, it is the id together with the row's digest.
//
// The merge needs memory for the rows to draw, though of their bytes for 256 MB at most, and 8 bytes for every candidate.
// Where more is drawn, parts are opened once for each such portion.
//
// The package never changes a row, and never draws from a stream of random numbers.
package stratify

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"slices"

	"sftrun.local/steps"
)

//go:embed kind.cue
var schema string

// What candidates actions hand to the merge.
const (
	candidatesStream = "candidates" // one line for each row of their part, in order
	fieldsStream     = "fields"     // one line, a sighting
)

// The two kinds of actions, as their configs name them.
const (
	opCandidates = "candidates"
	opMerge      = "merge"
)

// Kind returns the kind "stratify".
func Kind() steps.Kind {
	return steps.Kind{Name: "stratify", Version: 1, Schema: schema, EachRow: true, New: newStep, Do: do}
}

// newStep validates a config. Errors that concern a field are *steps.FieldError.
func newStep(data []byte) (steps.Step, error) {
	c := &config{}
	if err := steps.Decode(data, c); err != nil {
		return nil, err
	}
	if err := c.validate(); err != nil {
		return nil, err
	}
	return c, nil
}

// Actions names a candidates action for each part of the input, and then the merge of them all.
func (c *config) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	note := steps.Encode(noting{Op: opCandidates, By: c.By, Seed: c.Seed})
	actions := steps.PerPart(in, "input", func(int, steps.Part) json.RawMessage { return note })
	var rows, found, fields []steps.Source
	for i := range actions {
		rows = append(rows, steps.Source{Input: "input", Index: i})
		found = append(found, steps.Source{Action: i, Stream: candidatesStream})
		fields = append(fields, steps.Source{Action: i, Stream: fieldsStream})
	}
	merge := steps.Action{
		Label: "merge",
		Config: steps.Encode(drawing{
			Op: opMerge, By: c.By, Target: c.Target, Shares: c.effective(), Shortfall: c.Shortfall, Seed: c.Seed,
		}),
		Sources: slices.Concat(rows, found, fields),
	}
	return append(actions, merge), nil
}

// MaxRows returns the most rows that come out when at most in rows come in; -1 is any number.
func (c *config) MaxRows(in int) int {
	if in < 0 {
		return c.Target
	}
	return min(in, c.Target)
}

func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	var op struct{ Op string }
	if err := json.Unmarshal(a.Config, &op); err != nil {
		return fmt.Errorf("read config of action: %w", err)
	}
	if op.Op == opMerge {
		var d drawing
		if err := json.Unmarshal(a.Config, &d); err != nil {
			return fmt.Errorf("read config of merge: %w", err)
		}
		return d.merge(ctx, newPool(a, in, d.Seed), out)
	}
	var n noting
	if err := json.Unmarshal(a.Config, &n); err != nil {
		return fmt.Errorf("read config of candidates: %w", err)
	}
	return n.candidates(ctx, in, out)
}
