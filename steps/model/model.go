package model

import (
	"context"
	"encoding/json"

	"sftrun.local/steps"
)

// Settings say which model answers and how: the `models:` entry of a pipeline, defaults filled.
type Settings struct {
	Provider        string  `json:"provider"`                  // gemini, express, vertex, openai, offline
	Name            string  `json:"name"`                      // the provider's name of the model
	BaseURL         string  `json:"baseURL,omitempty"`         // openai only: address of the server
	ThinkingLevel   string  `json:"thinkingLevel,omitempty"`   // minimal, low, medium, high; "" = the model's own
	MaxOutputTokens int     `json:"maxOutputTokens,omitempty"` // most tokens of an answer, thinking included
	Temperature     float64 `json:"temperature"`               // 0 to 2

	// Revision is the version of the code that answers, for providers whose answers depend on this program's code:
	// "offline-1". Users do not write it: a step fills it in with Revised, so that it is in the keys of its actions.
	Revision string `json:"revision,omitempty"`
}

// A Request is one question to a model, fully rendered. What of it is in its key is told in key.go.
type Request struct {
	Model  Settings `json:"model"`
	System string   `json:"system,omitempty"`
	User   string   `json:"user"`
	// Input is the text within User that the request is about: what an offline model rewrites, and what an answer
	// is compared with. It stands in User already.
	Input  string `json:"input,omitempty"`
	Sample int    `json:"sample,omitempty"` // tells several answers to the same request apart
}

// An Answer is what a model said.
type Answer struct {
	Text   string `json:"text"`   // without thoughts
	Finish string `json:"finish"` // why it ended: "STOP" if the model ended it, otherwise the service's word ("MAX_TOKENS")
	Usage  Usage  `json:"usage"`
}

// Usage counts the tokens of an answer, as billed.
type Usage struct {
	In      int `json:"in"`      // prompt
	Out     int `json:"out"`     // answer
	Thought int `json:"thought"` // thinking, billed as output
	Cached  int `json:"cached"`  // part of In that was billed at the cached rate
}

// Provenance tells how an answer was obtained.
type Provenance struct {
	Provider string  `json:"provider"`
	Version  string  `json:"version"` // model version as the service gave it
	Batch    bool    `json:"batch"`
	Job      string  `json:"job"` // batch job, "" if none
	CostUSD  float64 `json:"cost_usd"`
}

// A Client obtains answers from one provider.
//
// Only an answer whose Finish is "STOP" is whole. The gateway refuses any other for good, with Finish as the reason, and
// keeps what it cost in the books; one without a Finish may be cut off too. A client whose service has another word for
// the normal end translates it.
//
// An error that is a *steps.Refusal says that this request will not be answered, for good or, if it is Transient, for
// now; what it cost all the same goes with it, in Answer.Usage and Provenance. Any other error says that asking is
// pointless altogether, such as a key that the service does not accept, and ends all sending.
type Client interface {
	Generate(ctx context.Context, r Request) (Answer, Provenance, error)
}

// Ask puts a request to whoever answers for the action, and decodes the reply.
func Ask(ctx context.Context, in steps.In, r Request) (Answer, json.RawMessage, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return Answer{}, nil, err
	}
	reply, err := in.Ask(ctx, steps.Question{Key: r.Key(), Body: body})
	if err != nil {
		return Answer{}, nil, err
	}
	var a Answer
	if err := json.Unmarshal(reply.Body, &a); err != nil {
		return Answer{}, nil, err
	}
	return a, reply.Provenance, nil
}
