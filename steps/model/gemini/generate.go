package gemini

import (
	"context"
	"encoding/json"
	"fmt"
	"sync/atomic"

	"google.golang.org/genai"

	"sftrun.local/steps/model"
)

var _ model.Client = (*Client)(nil)

// Generate asks one question, once. It implements model.Client.
//
// An answer that was cut off is returned with its Finish ("MAX_TOKENS"), possibly without text. A prompt or an answer
// that was blocked, and an answer without text, are a *steps.Refusal for good; what they cost is in Answer.Usage. Any
// other error is a *Failure, in which errors.As finds a *steps.Refusal if only this question is concerned, or the error
// of ctx.
func (c *Client) Generate(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
	from := model.Provenance{Provider: c.opt.Provider}
	var resp *genai.GenerateContentResponse
	err := c.guard(ctx, func(ctx context.Context) (err error) {
		resp, err = c.sdk.Models.GenerateContent(ctx, r.Model.Name, genai.Text(r.User), c.sdkConfig(r))
		return err
	})
	if err != nil {
		return model.Answer{}, from, c.onlyThis(r.Model, err)
	}
	c.answered.Store(r.Model, true)
	raw, err := json.Marshal(resp)
	if err != nil {
		return model.Answer{}, from, c.unreadable(err.Error())
	}
	said, err := readReply(raw)
	if err != nil {
		return model.Answer{}, from, c.unreadable(err.Error())
	}
	from.Version = said.ModelVersion
	answer, err := said.answer()
	return answer, from, err
}

// guard calls the SDK. Its panics, which replies of unforeseen shape can cause, become failures.
//
// An error before anything was sent is the SDK's own: it does not take what it was given.
func (c *Client) guard(ctx context.Context, call func(context.Context) error) (err error) {
	var began atomic.Bool
	defer func() {
		if p := recover(); p != nil {
			err = c.unreadable(fmt.Sprintf("the SDK failed at it: %v", p))
		}
	}()
	err = call(context.WithValue(ctx, beganKey{}, &began))
	if err != nil && ctx.Err() == nil && !began.Load() {
		return &Failure{Class: BadRequest, Message: c.clean(err.Error()), provider: c.opt.Provider, advice: settingsAdvice}
	}
	if err != nil {
		return c.settle(ctx, err)
	}
	return nil
}

// onlyThis makes a bad request one that concerns only this question, if others were answered with the same settings.
// So a prompt that is too long does not end all asking, and a wrong setting is not found out row by row.
func (c *Client) onlyThis(settings any, err error) error {
	f, ok := err.(*Failure)
	if !ok || f.Class != BadRequest {
		return err
	}
	if _, answered := c.answered.Load(settings); answered {
		f.Class = Unanswerable
	}
	return f
}
