package gemini

import (
	"context"

	"google.golang.org/genai"

	"sftrun.local/steps/model"
)

// CountTokens asks the service how many tokens the prompt of a request has, its system instruction included. It costs
// nothing. On errors see Generate.
func (c *Client) CountTokens(ctx context.Context, r model.Request) (int, error) {
	contents := genai.Text(r.User)
	var config *genai.CountTokensConfig
	switch {
	case r.System == "":
	case c.opt.Provider == Gemini: // the SDK refuses a system instruction here
		contents = append(genai.Text(r.System), contents...)
	default:
		config = &genai.CountTokensConfig{SystemInstruction: genai.NewContentFromText(r.System, genai.RoleUser)}
	}
	var resp *genai.CountTokensResponse
	err := c.guard(ctx, func(ctx context.Context) (err error) {
		resp, err = c.sdk.Models.CountTokens(ctx, r.Model.Name, contents, config)
		return err
	})
	if err != nil {
		return 0, c.onlyThis(r.Model, err)
	}
	return int(resp.TotalTokens), nil
}
