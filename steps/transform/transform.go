// Package transform is the kind of step that rewrites the think blocks of rows with a language model: one request per
// block, and everything outside the blocks stays byte for byte.
//
// A row whose blocks are all answered is handed on. It fails, with a reason, if one of its replies was refused, is
// empty, or holds a think tag, which would tear the block apart. A row without a block to rewrite passes unchanged.
//
// The package never calls a model: it asks (model.Ask), and is executed again once the answers are there. So it never
// waits, retries, counts money or sees a key, and it does not matter to it which provider answers.
package transform

import (
	"context"
	_ "embed" // the schema
	"encoding/json"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

//go:embed kind.cue
var schema string

// Kind returns the kind "transform".
func Kind() steps.Kind {
	return steps.Kind{
		Name: "transform", Version: 1, Schema: schema, Meta: "transform_meta", EachRow: true, Asks: true,
		New: newStep, Do: do,
	}
}

// config is the whole config of a step; kind.cue says what its fields mean.
type config struct {
	Model   asked `json:"model"`
	Prompts struct {
		System steps.File `json:"system"`
		User   steps.File `json:"user"`
	} `json:"prompts"`
	Most int `json:"maxRows"`
}

// asked is the model that is asked, and how requests reach it.
type asked struct {
	model.Settings
	model.Delivery
}

// rewriting is the config of an action: what the result depends on beside the prompts, which are its files. How
// requests are sent, in batches or one by one, is not part of it.
type rewriting struct {
	Model model.Settings `json:"model"`
	// Take is how many rows of the part are rewritten. It is set only where maxRows cuts the part short, so that
	// raising maxRows redoes no other part.
	Take *int `json:"take,omitempty"`
}

// newStep validates a config. Errors that concern a field are *steps.FieldError.
func newStep(data []byte) (steps.Step, error) {
	c := &config{}
	if err := steps.Decode(data, c); err != nil {
		return nil, err
	}
	if c.Most < 1 {
		return nil, steps.Mistake("maxRows", "%d leaves nothing to rewrite; want at least 1", c.Most)
	}
	if err := model.CheckSettings(c.Model.Settings); err != nil {
		return nil, err
	}
	c.Model.Settings = c.Model.Revised()
	return c, nil
}

// Actions names one action for each part of the input.
func (c *config) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	left := c.Most
	actions := steps.PerPart(in, "input", func(_ int, part steps.Part) json.RawMessage {
		work := rewriting{Model: c.Model.Settings}
		if part.Rows > left {
			take := left
			work.Take = &take
		}
		left -= min(left, part.Rows)
		return steps.Encode(work)
	})
	for i := range actions {
		actions[i].Files = []steps.File{c.Prompts.System, c.Prompts.User}
		actions[i].Meta = steps.Encode(c.meta())
	}
	return actions, nil
}

// MaxRows returns the most rows that come out when at most in rows come in; -1 is any number.
func (c *config) MaxRows(in int) int {
	if in < 0 {
		return c.Most
	}
	return min(in, c.Most)
}
