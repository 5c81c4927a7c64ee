package openai

import (
	"cmp"
	"context"
	"errors"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A form is a way to write a question. OpenAI's newer models want max_completion_tokens, other servers know max_tokens
// alone; and some refuse reasoning_effort for models that do not think.
type form struct{ completed, effort bool }

// forms are tried in this order until one is not called invalid.
var forms = []form{{false, true}, {true, true}, {false, false}, {true, false}}

// A dialect is the form that a server takes for a model.
type dialect struct {
	turn  chan struct{} // held by the one who finds out
	form  form
	known bool
}

// inDialect sends a question in the form that the server takes. Until that is known, questions go one after the other.
// With a known form, a question that is called invalid is refused alone; before, the settings are to blame, and all ends.
func (c *Client) inDialect(ctx context.Context, r model.Request, send func(form) ([]byte, error)) ([]byte, error) {
	d := c.dialect(r.Model.Name)
	select {
	case d.turn <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	if d.known {
		<-d.turn
		body, err := send(d.form)
		return body, onlyThis(err)
	}
	defer func() { <-d.turn }()
	return d.find(send)
}

func (c *Client) dialect(name string) *dialect {
	c.mu.Lock()
	defer c.mu.Unlock()
	d := c.dialects[name]
	if d == nil {
		d = &dialect{turn: make(chan struct{}, 1)}
		c.dialects[name] = d
	}
	return d
}

func (d *dialect) find(send func(form) ([]byte, error)) ([]byte, error) {
	var first error
	for _, f := range forms {
		body, err := send(f)
		if invalid := (*failure)(nil); errors.As(err, &invalid) && invalid.invalid {
			first = cmp.Or(first, err) // of the question as it was meant
			continue
		}
		if err == nil {
			d.form, d.known = f, true
		}
		return body, err
	}
	return nil, first
}

// onlyThis makes of an invalid request one that concerns only this question.
func onlyThis(err error) error {
	var f *failure
	if !errors.As(err, &f) || !f.invalid {
		return err
	}
	return &steps.Refusal{Reason: "invalid request", Detail: f.text}
}
