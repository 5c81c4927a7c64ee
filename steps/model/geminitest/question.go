package geminitest

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
)

// A Question is a request to a model, as the model sees it.
type Question struct {
	Model     string
	System    string
	User      string // all text of all turns, in their order
	MaxTokens int    // of the answer with its thinking; 0 if not limited
	Level     string // of thinking, "LOW"; "" if none is asked for
	Budget    int    // of thinking, in tokens; -1 if none is asked for
	JSON      bool   // the answer is to be JSON
	Schema    any    // of that JSON, nil if none is given
	Hash      string // of the model and the request, whichever way it came
	Tokens    int    // of the prompt

	thoughts bool   // are to be among the parts
	rest     string // token of an answer to be continued
}

// message is the wire form of what a Question needs.
type message struct {
	Contents          []turn `json:"contents"`
	SystemInstruction *turn  `json:"systemInstruction"`
	GenerationConfig  struct {
		Temperature      *float64 `json:"temperature"`
		MaxOutputTokens  *int     `json:"maxOutputTokens"`
		CandidateCount   *int     `json:"candidateCount"`
		ResponseMimeType string   `json:"responseMimeType"`
		ResponseSchema   any      `json:"responseSchema"`
		ResponseJSON     any      `json:"responseJsonSchema"`
		ThinkingConfig   *struct {
			IncludeThoughts bool   `json:"includeThoughts"`
			ThinkingBudget  *int   `json:"thinkingBudget"`
			ThinkingLevel   string `json:"thinkingLevel"`
		} `json:"thinkingConfig"`
	} `json:"generationConfig"`
	Labels            map[string]string `json:"labels"`
	ContinuationToken string            `json:"continuationToken"`
}

type turn struct {
	Role  string `json:"role"`
	Parts []struct {
		Text string `json:"text"`
	} `json:"parts"`
}

func (t turn) text() string {
	var texts []string
	for _, p := range t.Parts {
		texts = append(texts, p.Text)
	}
	return strings.Join(texts, "")
}

// readBody reads a request of JSON whose names fit the shape.
func (s *Server) readBody(q *request, as shape) (map[string]any, *refusal) {
	text, err := io.ReadAll(http.MaxBytesReader(nil, q.r.Body, maxBody))
	if tooLarge := new(http.MaxBytesError); errors.As(err, &tooLarge) {
		return nil, badRequest("Request payload size exceeds the limit: %d bytes.", maxBody)
	}
	if err != nil {
		return nil, badRequest("the request broke off")
	}
	v, f := parse(text, as)
	if f != nil {
		s.book.violation("%s: %s", q.call, f.message)
	}
	return v, f
}

// parse reads a message that fits a shape.
func parse(text []byte, as shape) (map[string]any, *refusal) {
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	var v map[string]any
	if err := dec.Decode(&v); err != nil {
		return nil, badRequest("Invalid JSON payload received. %v", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, badRequest("Invalid JSON payload received. Expected end of stream.")
	}
	fit, f := as.fit(v, "")
	if f != nil {
		return nil, f
	}
	return fit.(map[string]any), nil
}

// ask makes a question of a message that fits its shape.
func ask(a asked, v map[string]any) (Question, *refusal) {
	var m message
	text, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(text, &m)
	}
	if err != nil {
		return Question{}, badRequest("Invalid value: %v", err)
	}
	q := Question{Model: a.model, Hash: hashOf(a.model, v), Budget: -1, rest: m.ContinuationToken}
	if m.SystemInstruction != nil {
		q.System = m.SystemInstruction.text()
	}
	for _, t := range m.Contents {
		q.User += t.text()
	}
	q.Tokens = tokensIn(q.System) + tokensIn(q.User)
	q.MaxTokens = value(m.GenerationConfig.MaxOutputTokens)
	q.JSON = m.GenerationConfig.ResponseMimeType == "application/json"
	if q.Schema = m.GenerationConfig.ResponseSchema; q.Schema == nil {
		q.Schema = m.GenerationConfig.ResponseJSON
	}
	if t := m.GenerationConfig.ThinkingConfig; t != nil {
		q.Level, q.thoughts = t.ThinkingLevel, t.IncludeThoughts
		if t.ThinkingBudget != nil {
			q.Budget = *t.ThinkingBudget
		}
	}
	return q, sound(a, m, q)
}

func value(n *int) int {
	if n == nil {
		return 0
	}
	return *n
}

// sound refuses what no model accepts, and what this one does not.
func sound(a asked, m message, q Question) *refusal {
	known, ok := modelNamed(a.model)
	if !ok || known.Embeds {
		return notFound(a)
	}
	if len(m.Contents) == 0 {
		return badRequest("* GenerateContentRequest.contents: contents is not specified\n")
	}
	for _, t := range m.Contents {
		if t.Role != "user" && t.Role != "model" && (a.vertex || t.Role != "") {
			return badRequest("Please use a valid role: user, model.")
		}
		if len(t.Parts) == 0 {
			return badRequest("* GenerateContentRequest.contents[0].parts: contents.parts must not be empty.\n")
		}
	}
	c := m.GenerationConfig
	switch {
	case c.Temperature != nil && (*c.Temperature < 0 || *c.Temperature > 2):
		return badRequest("* GenerateContentRequest.generation_config.temperature: temperature must be in the range [0.0, 2.0].\n")
	case c.MaxOutputTokens != nil && *c.MaxOutputTokens < 1:
		return badRequest("max_output_tokens must be positive.")
	case c.CandidateCount != nil && *c.CandidateCount != 1:
		return badRequest("Multiple candidates is not enabled for this model")
	case q.Schema != nil && !q.JSON:
		return badRequest("Function calling with a response mime type: 'text/plain' is unsupported")
	case q.rest != "" && restOf(q.rest) < 0:
		return badRequest("Invalid continuation token.")
	}
	return known.accepts(q)
}

// accepts refuses a way of thinking that the model does not have.
func (m modelInfo) accepts(q Question) *refusal {
	levels := []string{"", "THINKING_LEVEL_UNSPECIFIED", "MINIMAL", "LOW", "MEDIUM", "HIGH"}
	switch {
	case !slices.Contains(levels, q.Level):
		return badField("generation_config.thinking_config.thinking_level", "Invalid value at 'generation_config.thinking_config.thinking_level' "+
			"(type.googleapis.com/google.ai.generativelanguage.v1beta.ThinkingConfig.ThinkingLevel), %q", q.Level)
	case q.Level != "" && q.Budget >= 0:
		return badRequest("You can only set only one of thinking budget and thinking level.")
	case q.Level != "" && m.Budget:
		return badRequest("Thinking level is not supported for this model.")
	case q.Level != "" && !slices.Contains(m.Levels, q.Level) && q.Level != levels[1]:
		return badRequest("Thinking level %s is not supported for this model. Please retry with other thinking level.", q.Level)
	}
	return nil
}

// hashOf digests a model and a message that fits its shape. What does not change the answer is left out, so that a
// request has one hash in both dialects, alone and in a job.
func hashOf(model string, v map[string]any) string {
	core := map[string]any{"": model}
	for name, value := range v {
		if name != "model" && name != "labels" && name != "serviceTier" {
			core[name] = value
		}
	}
	if turns, ok := core["contents"].([]any); ok {
		core["contents"] = rolesFilled(turns)
	}
	if t, ok := core["systemInstruction"].(map[string]any); ok {
		core["systemInstruction"] = map[string]any{"parts": t["parts"]} // its role is ignored
	}
	text, err := json.Marshal(core)
	if err != nil {
		text = []byte(err.Error()) // cannot be: it was read from JSON
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:16])
}

// rolesFilled adds the role that the Gemini API takes for granted.
func rolesFilled(turns []any) []any {
	filled := slices.Clone(turns)
	for i, t := range filled {
		if m, ok := t.(map[string]any); ok && m["role"] == nil {
			filled[i] = map[string]any{"parts": m["parts"], "role": "user"}
		}
	}
	return filled
}
