package steptest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/steptest"
)

// shout is a small kind that does a bit of everything: it asks a model to shout each row's word, drops rows without
// a word, and has a second action count what the actions of the parts noted.
type shout struct {
	Loud  bool        `json:"loud"`
	Batch bool        `json:"batch"`
	Words *steps.File `json:"words"`
}

func shoutKind() steps.Kind {
	return steps.Kind{
		Name: "shout", Version: 1, EachRow: true, Asks: true, Meta: "shout_meta",
		New: func(config []byte) (steps.Step, error) {
			s := &shout{}
			return s, steps.Decode(config, s)
		},
		Do: shoutDo,
	}
}

func (s *shout) Actions(_ context.Context, in steps.Inputs) ([]steps.Action, error) {
	var actions []steps.Action
	sum := steps.Action{Label: "sum", Config: steps.Encode(map[string]string{"op": "sum"})}
	for i := range in.Parts("input") {
		actions = append(actions, steps.Action{
			Label:   fmt.Sprint("part ", i),
			Config:  steps.Encode(map[string]bool{"loud": s.Loud}),
			Sources: []steps.Source{{Input: "input", Index: i}},
			Files:   []steps.File{*s.Words},
			Meta:    steps.Encode(map[string]any{"batch": s.Batch, "by": nil}),
		})
		sum.Sources = append(sum.Sources, steps.Source{Action: i, Stream: "lengths"})
	}
	return append(actions, sum), nil
}

func shoutDo(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	if bytes.Contains(a.Config, []byte("sum")) {
		return sumLengths(ctx, a, in, out)
	}
	if _, err := in.File(ctx, a.Files[0]); err != nil {
		return err
	}
	data, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	var waits error
	for i, line := range bytes.Split(bytes.TrimSuffix(data, []byte("\n")), []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		err := shoutRow(ctx, steps.From{Row: i}, line, in, out)
		if errors.Is(err, steps.ErrPending) {
			waits = err
		} else if err != nil {
			return err
		}
	}
	return waits
}

func shoutRow(ctx context.Context, from steps.From, line []byte, in steps.In, out steps.Out) error {
	var row struct{ Word string }
	if err := json.Unmarshal(line, &row); err != nil {
		return err
	}
	if row.Word == "" {
		return out.Drop(from, "", "no word", "")
	}
	reply, err := in.Ask(ctx, steps.Question{Key: "shout " + row.Word, Body: line})
	var refusal *steps.Refusal
	if errors.As(err, &refusal) {
		return out.Fail(from, row.Word, *refusal)
	}
	if err != nil {
		return err
	}
	out.Count("words", row.Word, 1)
	if err := out.Line("lengths", fmt.Append(nil, len(row.Word))); err != nil {
		return err
	}
	return out.Row(steps.Row{Bytes: reply.Body, From: from, Provenance: reply.Provenance})
}

func sumLengths(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
	sum := 0
	for i := range a.Sources {
		for _, p := range in.Parts(i) {
			data, err := in.Read(ctx, p)
			if err != nil {
				return err
			}
			for _, line := range strings.Fields(string(data)) {
				n := 0
				if err := json.Unmarshal([]byte(line), &n); err != nil {
					return err
				}
				sum += n
			}
		}
	}
	return out.Object("sum", steps.MediaJSON, fmt.Append(nil, sum))
}

func shoutCase() steptest.Case {
	return steptest.Case{
		Config:  `{"loud":true,"words":{"path":"words.txt"}}`,
		SameKey: []string{`{"loud":true,"batch":true,"words":{"path":"words.txt"}}`},
		Files:   map[string]string{"words.txt": "any"},
		Inputs: map[string][]string{"input": {
			`{"word":"a"}`, `{"word":"be"}`, `{"word":""}`, `{"word":"bad"}`, `{"word":"see"}`,
		}},
		Replies: func(q steps.Question) (steps.Reply, error) {
			if strings.Contains(q.Key, "bad") {
				return steps.Reply{}, &steps.Refusal{Reason: "rude"}
			}
			return steps.Reply{Body: bytes.ToUpper(q.Body), Provenance: []byte(`{"by":"test"}`)}, nil
		},
	}
}
