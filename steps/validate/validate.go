// Package validate is the kind of step that checks the strict structure of transformed rows and reports what it found.
// Each part is checked by an action of its own, and one more action adds up the findings to the report. It never
// changes a row: what package think finds wrong with it is reported, no more.
package validate

import (
	"context"
	_ "embed"
	"encoding/json"
	"fmt"

	"sftrun.local/steps"
)

//go:embed kind.cue
var schema string

// The streams of the step beside its rows.
const (
	reportStream   = "report"   // the Report of all rows, as an object
	findingsStream = "findings" // the Report of one part, as a line
)

// Kind returns the kind "validate".
func Kind() steps.Kind {
	return steps.Kind{
		Name: "validate", Version: 2, Schema: schema, Publishes: reportStream, EachRow: true,
		New: newStep, Do: do,
	}
}

// config is the config of the step.
type config struct {
	OnInvalid        string `json:"onInvalid"`
	Order            bool   `json:"order"`
	MaxIssueExamples int    `json:"maxIssueExamples"`
}

// What an invalid row means.
const (
	failOnInvalid   = "fail"
	reportOnInvalid = "report"
	dropOnInvalid   = "drop"
)

// job is the config of an action. Exactly one field is set, and holds what that action's result depends on.
type job struct {
	Check *checkJob `json:"check,omitempty"`
	Merge *mergeJob `json:"merge,omitempty"`
}

type step struct{ config config }

func newStep(data []byte) (steps.Step, error) {
	var c config
	if err := steps.Decode(data, &c); err != nil {
		return nil, err
	}
	switch c.OnInvalid {
	case failOnInvalid, reportOnInvalid, dropOnInvalid:
	default:
		return nil, steps.Mistake("onInvalid", "%q is none of %q, %q and %q", c.OnInvalid, failOnInvalid, reportOnInvalid, dropOnInvalid)
	}
	if c.MaxIssueExamples < 0 {
		return nil, steps.Mistake("maxIssueExamples", "%d is negative; 0 gives a report without examples", c.MaxIssueExamples)
	}
	return &step{c}, nil
}

// Actions makes one action for each part, and one that adds up what they found.
func (s *step) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	check := job{Check: &checkJob{s.config.Order, s.config.OnInvalid == dropOnInvalid, s.config.MaxIssueExamples}}
	merge := job{Merge: &mergeJob{s.config.OnInvalid == failOnInvalid, s.config.MaxIssueExamples}}
	actions := steps.PerPart(in, "input", func(int, steps.Part) json.RawMessage { return steps.Encode(check) })
	var findings []steps.Source
	for i := range actions {
		findings = append(findings, steps.Source{Action: i, Stream: findingsStream})
	}
	return append(actions, steps.Action{Label: "report", Config: steps.Encode(merge), Sources: findings}), nil
}

func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	var j job
	if err := json.Unmarshal(a.Config, &j); err != nil {
		return fmt.Errorf("read config of an action of validate: %w", err)
	}
	if j.Check != nil {
		return j.Check.do(ctx, in, out)
	}
	return j.Merge.do(ctx, len(a.Sources), in, out)
}
