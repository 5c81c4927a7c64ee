package openai

import (
	"context"

	"sftrun.local/steps/model"
)

var _ model.Client = (*Client)(nil)

// A chat is the body of a question.
type chat struct {
	Model         string    `json:"model"`
	Messages      []message `json:"messages"`
	Temperature   float64   `json:"temperature"`
	Most          int       `json:"max_tokens,omitempty"`
	MostCompleted int       `json:"max_completion_tokens,omitempty"`
	Effort        string    `json:"reasoning_effort,omitempty"`
}

type message struct {
	Role    string `json:"role"`
	Content string `json:"content"`
}

// Generate asks one question, once; the first one of a model perhaps in several forms, of which the server refuses all
// but the last and bills none. It implements model.Client: errors are a *model.Trouble, a *steps.Refusal, the error of
// ctx, or one that ends all sending.
func (c *Client) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	from := model.Provenance{Provider: r.Model.Provider}
	body, err := c.inDialect(ctx, r, func(form form) ([]byte, error) {
		return c.post(ctx, "/chat/completions", form.render(r))
	})
	if err != nil {
		return model.Answer{}, from, err
	}
	said, err := readReply(body)
	if err != nil {
		return model.Answer{}, from, c.unreadable(err.Error())
	}
	from.Version = c.clean(said.Model)
	answer, err := said.answer()
	return answer, from, err
}

// render writes a question in a form.
func (f form) render(r model.Request) chat {
	q := chat{Model: r.Model.Name, Temperature: r.Model.Temperature}
	if r.System != "" {
		q.Messages = append(q.Messages, message{"system", r.System})
	}
	q.Messages = append(q.Messages, message{"user", r.User})
	if f.completed {
		q.MostCompleted = r.Model.MaxOutputTokens
	} else {
		q.Most = r.Model.MaxOutputTokens
	}
	if f.effort {
		q.Effort = r.Model.ThinkingLevel
	}
	return q
}
