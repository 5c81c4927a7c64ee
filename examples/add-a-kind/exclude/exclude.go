// Package exclude is a kind of step made outside of sftrun: it leaves out rows whose last assistant message matches a
// pattern. It shows all that a kind needs: a schema, a check of its config, actions, and the work of one action.
package exclude

import (
	"context"
	_ "embed" // the schema
	"encoding/json"
	"fmt"
	"regexp"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
)

//go:embed kind.cue
var schema string

// Kind returns the kind "exclude".
func Kind() steps.Kind {
	return steps.Kind{Name: "exclude", Version: 1, Schema: schema, EachRow: true, New: newStep, Do: do}
}

type config struct {
	Pattern string `json:"pattern"`
}

// newStep refuses a pattern that cannot work, with the name of the field; the tool adds the place in pipeline.cue.
func newStep(text []byte) (steps.Step, error) {
	var c config
	if err := steps.Decode(text, &c); err != nil {
		return nil, err
	}
	if _, err := regexp.Compile(c.Pattern); err != nil {
		return nil, steps.Mistake("pattern", "%v", err)
	}
	return c, nil
}

// Actions makes one action of each part that comes in, so that a changed part reruns one action.
func (c config) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	return steps.PerPart(in, "input", func(int, steps.Part) json.RawMessage { return steps.Encode(c) }), nil
}

// do brings every row of a part to its end: handed on as it is, or dropped with a reason.
func do(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	var c config
	if err := json.Unmarshal(a.Config, &c); err != nil {
		return err
	}
	pattern, err := regexp.Compile(c.Pattern)
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
		if err := handOn(row, steps.From{Row: i}, pattern, out); err != nil {
			return err
		}
	}
	return nil
}

func handOn(row []byte, from steps.From, pattern *regexp.Regexp, out steps.Out) error {
	id, _ := jsonl.String(row, "id")
	messages, err := jsonl.Messages(row)
	if err != nil {
		return out.Fail(from, id, steps.Refusal{Reason: "invalid messages", Detail: err.Error()})
	}
	if last := think.LastAssistant(messages); last >= 0 {
		if found := pattern.FindString(messages[last].Content); found != "" {
			return out.Drop(from, id, "matches the pattern", fmt.Sprintf("%.60q", found))
		}
	}
	return out.Row(steps.Row{Bytes: row, From: from})
}
