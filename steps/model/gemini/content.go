package gemini

import (
	"bytes"
	"encoding/json"
	"strings"

	"google.golang.org/genai"

	"sftrun.local/steps/model"
)

// A question is a request as the services want it: what a line of a batch job holds. The SDK renders the same for a
// single request; a test compares them.
type question struct {
	Contents          []content         `json:"contents"`
	SystemInstruction *content          `json:"systemInstruction,omitempty"`
	GenerationConfig  generationConfig  `json:"generationConfig"`
	Labels            map[string]string `json:"labels,omitempty"`
}

type content struct {
	Role  string `json:"role"`
	Parts []part `json:"parts"`
}

type part struct {
	Text string `json:"text"`
}

type generationConfig struct {
	Temperature     float32         `json:"temperature"`
	MaxOutputTokens int32           `json:"maxOutputTokens,omitempty"`
	ThinkingConfig  *thinkingConfig `json:"thinkingConfig,omitempty"`
}

type thinkingConfig struct {
	ThinkingBudget *int32 `json:"thinkingBudget,omitempty"`
	ThinkingLevel  string `json:"thinkingLevel,omitempty"`
}

func said(text string) content { return content{Role: genai.RoleUser, Parts: []part{{Text: text}}} }

// questionOf renders a request.
func (c *Client) questionOf(r model.Request) question {
	q := question{
		Contents:         []content{said(r.User)},
		GenerationConfig: generationConfig{Temperature: float32(r.Model.Temperature), MaxOutputTokens: int32(r.Model.MaxOutputTokens)},
	}
	if r.System != "" {
		system := said(r.System)
		q.SystemInstruction = &system
	}
	if level, budget := c.thinking(r.Model); level != "" || budget != nil {
		q.GenerationConfig.ThinkingConfig = &thinkingConfig{ThinkingBudget: budget, ThinkingLevel: strings.ToUpper(level)}
	}
	return q
}

// sdkConfig renders all of a request but its contents for the SDK.
func (c *Client) sdkConfig(r model.Request) *genai.GenerateContentConfig {
	config := &genai.GenerateContentConfig{
		Temperature:           genai.Ptr(float32(r.Model.Temperature)),
		MaxOutputTokens:       int32(r.Model.MaxOutputTokens),
		AutomaticContinuation: genai.Ptr(false), // each continuation is billed anew
	}
	if r.System != "" {
		config.SystemInstruction = genai.NewContentFromText(r.System, genai.RoleUser)
	}
	if level, budget := c.thinking(r.Model); level != "" || budget != nil {
		config.ThinkingConfig = &genai.ThinkingConfig{ThinkingBudget: budget, ThinkingLevel: genai.ThinkingLevel(strings.ToUpper(level))}
	}
	return config
}

// plainJSON appends v as JSON in which < and > stay as they are, as prompts are full of them.
func plainJSON(to []byte, v any) ([]byte, error) {
	b := bytes.NewBuffer(to)
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(v)
	return b.Bytes(), err
}
