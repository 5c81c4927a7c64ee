package offline

import (
	"context"
	"fmt"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// Client answers requests with [Rewrite]. It is a model.Client; its zero value works.
type Client struct{}

// Generate rewrites r.Input, or r.User where that is empty. System prompt, settings and sample number do not change
// the answer. Usage stays zero: nothing is billed, and words are not tokens. A request without text is refused with
// the reason "empty".
func (Client) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	if err := ctx.Err(); err != nil {
		return model.Answer{}, model.Provenance{}, err
	}
	trace := r.Input
	if trace == "" {
		trace = r.User
	}
	text := Rewrite(trace)
	if text == "" {
		return model.Answer{}, model.Provenance{}, &steps.Refusal{Reason: "empty", Detail: "there is no text to rewrite"}
	}
	from := model.Provenance{Provider: "offline", Version: fmt.Sprintf("offline-%d", Version)}
	return model.Answer{Text: text, Finish: "STOP"}, from, nil
}
