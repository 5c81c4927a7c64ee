package openai

import (
	"encoding/json"
	"errors"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A reply is a chat completion, as far as it is looked at.
type reply struct {
	Model   string `json:"model"`
	Choices []struct {
		Message struct {
			Content content `json:"content"`
			Refusal string  `json:"refusal"`
		} `json:"message"`
		Finish string `json:"finish_reason"`
	} `json:"choices"`
	Usage struct {
		In      count `json:"prompt_tokens"`
		Out     count `json:"completion_tokens"` // with reasoning
		Details struct {
			Reasoning count `json:"reasoning_tokens"`
		} `json:"completion_tokens_details"`
		InDetails struct {
			Cached count `json:"cached_tokens"`
		} `json:"prompt_tokens_details"`
	} `json:"usage"`
}

func readReply(body []byte) (r reply, err error) {
	if err = json.Unmarshal(body, &r); err == nil && len(r.Choices) == 0 {
		err = errors.New("it holds no choices")
	}
	return r, err
}

// answer judges a reply. The usage is in the answer in any case: a refusal is billed too.
func (r reply) answer() (model.Answer, error) {
	thought := min(r.Usage.Details.Reasoning, r.Usage.Out)
	a := model.Answer{Usage: model.Usage{
		In: int(r.Usage.In), Out: int(r.Usage.Out - thought), Thought: int(thought), Cached: int(min(r.Usage.InDetails.Cached, r.Usage.In)),
	}}
	said := r.Choices[0]
	a.Text, a.Finish = string(said.Message.Content), finishOf(said.Finish)
	switch {
	case a.Finish == "abort": // vLLM, when it is stopped
		return a, &model.Trouble{Class: model.Lost, Detail: "the server broke the answer off"}
	case a.Finish == "content_filter":
		return a, &steps.Refusal{Reason: "content_filter", Detail: "the service withheld the answer"}
	case said.Message.Refusal != "":
		return a, &steps.Refusal{Reason: "refused", Detail: oneLine(said.Message.Refusal)}
	case a.Finish == "STOP" && strings.TrimSpace(a.Text) == "":
		return a, &steps.Refusal{Reason: "empty", Detail: "the model ended its answer without any text"}
	}
	return a, nil
}

// finishOf translates the two words that others know by another name.
func finishOf(word string) string {
	switch word {
	case "stop":
		return "STOP"
	case "length":
		return "MAX_TOKENS"
	}
	return oneLine(word)
}

// A content is a text, a list of parts of which those of type text count, or null.
type content string

// UnmarshalJSON implements json.Unmarshaler.
func (c *content) UnmarshalJSON(text []byte) error {
	if json.Unmarshal(text, (*string)(c)) == nil {
		return nil
	}
	var parts []struct{ Type, Text string }
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	var b strings.Builder
	for _, p := range parts {
		if p.Type == "text" {
			b.WriteString(p.Text)
		}
	}
	*c = content(b.String())
	return nil
}

// A count is a number of tokens. What is none, or cannot be one, counts as 0.
type count int

// UnmarshalJSON implements json.Unmarshaler.
func (n *count) UnmarshalJSON(text []byte) error {
	var f float64
	if json.Unmarshal(text, &f) == nil && f > 0 && f < 1e12 {
		*n = count(f)
	}
	return nil
}
