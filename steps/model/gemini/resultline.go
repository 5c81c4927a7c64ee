package gemini

import (
	"bytes"
	"encoding/json"
	"fmt"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

// A Result is what became of one request of a job.
type Result struct {
	File   string // where it was read, for messages
	Line   int    // there, from 1
	Key    string // of the request; "" if the line has none
	Answer model.Answer
	From   model.Provenance // without its job

	// Err is nil if there is an answer, which may be cut off (see Client.Generate). It is a *steps.Refusal if there is
	// none, with what that cost in Answer.Usage, and a *LineError if the line tells nothing.
	Err error
}

// A LineError is a line of an output file that cannot be read.
type LineError struct {
	File string
	Line int
	Text string // what is wrong with it
}

func (e *LineError) Error() string { return fmt.Sprintf("%s:%d: %s", e.File, e.Line, e.Text) }

// An outputLine is a line of an output file of either service, or an answer that is given inline.
type outputLine struct {
	Key      json.RawMessage `json:"key"`
	Metadata struct {
		Key json.RawMessage `json:"key"`
	} `json:"metadata"`
	Request struct {
		Labels map[string]string `json:"labels"`
	} `json:"request"`
	Response json.RawMessage `json:"response"`
	Error    json.RawMessage `json:"error"`
	Status   json.RawMessage `json:"status"`
}

// readLine reads a line, without its end.
func (c *Client) readLine(text []byte) (r Result) {
	r.From = model.Provenance{Provider: c.opt.Provider, Batch: true}
	var line outputLine
	if err := json.Unmarshal(text, &line); err != nil {
		r.Err = &LineError{Text: "not a result: " + c.clean(err.Error())}
		return r
	}
	r.Key = line.key()
	if r.Err = c.rowTrouble(line.Error, line.Status); r.Err != nil {
		return r
	}
	if blank(line.Response) {
		r.Err = &steps.Refusal{Reason: "no answer", Detail: "its line holds neither an answer nor an error", Transient: true}
		return r
	}
	said, err := readReply(line.Response)
	if err != nil {
		r.Err = &LineError{Text: "not a result: " + c.clean(err.Error())}
		return r
	}
	r.From.Version = said.ModelVersion
	r.Answer, r.Err = said.answer()
	return r
}

// key is the key at any of the places where the services put it.
func (l outputLine) key() string {
	for _, raw := range []json.RawMessage{l.Key, l.Metadata.Key} {
		var text string
		if json.Unmarshal(raw, &text) == nil && text != "" {
			return text
		}
	}
	return keyOfLabel(l.Request.Labels[keyLabel])
}

// blank tells whether a value is missing, null, or an empty object.
func blank(raw json.RawMessage) bool {
	switch string(bytes.TrimSpace(raw)) {
	case "", "null", "{}":
		return true
	}
	return false
}

// rowTrouble reads the error of a row, which is an object under one of two names, or a text with or without an object in
// it. nil if there is none.
func (c *Client) rowTrouble(places ...json.RawMessage) error {
	for _, raw := range places {
		if blank(raw) {
			continue
		}
		var text string
		if json.Unmarshal(raw, &text) == nil {
			if text == "" {
				continue
			}
			return c.rowRefusal(readStatus([]byte(text)))
		}
		var s serviceStatus
		if err := json.Unmarshal(raw, &s); err != nil {
			return c.rowRefusal(serviceStatus{Message: string(raw)})
		}
		if s.Code != 0 || s.Message != "" {
			return c.rowRefusal(s)
		}
	}
	return nil
}
