package steptest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/steptest"
)

// first is a kind that takes the first row of each file outside. Its rows hold the file's name.
type first struct{}

func firstKind(name func(steps.Action) string) steps.Kind {
	return steps.Kind{
		Name: "first", Version: 1,
		New: func(config []byte) (steps.Step, error) {
			if string(config) != "{}" {
				return nil, fmt.Errorf("no fields are known, got %s", config)
			}
			return first{}, nil
		},
		Do: func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			r, err := in.Shard(ctx, 0)
			if err != nil {
				return err
			}
			row := make([]byte, r.Size())
			if _, err := r.ReadAt(row, 0); err != nil {
				return err
			}
			return out.Row(steps.Row{
				Bytes: fmt.Appendf(nil, `{"text":%q,"name":%q}`, row, name(a)), From: steps.From{Source: -1},
			})
		},
	}
}

func (first) Actions(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
	shards, err := in.Shards(ctx, steps.Wanted{From: "*"})
	if err != nil {
		return nil, err
	}
	if err := in.Digest(ctx, shards); err != nil {
		return nil, err
	}
	var actions []steps.Action
	for _, s := range shards {
		config := steps.Encode(map[string]string{"name": s.Name})
		actions = append(actions, steps.Action{Config: config, Shards: []steps.Shard{s}})
	}
	return actions, nil
}

func nameInConfig(a steps.Action) string {
	var c struct{ Name string }
	if err := json.Unmarshal(a.Config, &c); err != nil {
		panic(err)
	}
	return c.Name
}

func TestRowsFromOutside(t *testing.T) {
	c := steptest.Case{Config: "{}", Shards: map[string]string{"b": "two", "a": "one"}}
	made := steptest.Run(t, firstKind(nameInConfig), c)
	want := []string{`{"text":"one","name":"a"}`, `{"text":"two","name":"b"}`}
	if got := made.Texts(); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	_, err := steptest.Check(firstKind(func(a steps.Action) string { return a.Shards[0].Name }), c)
	if err == nil || !strings.Contains(err.Error(), "nothing but what the key covers") {
		t.Errorf("a name that is in no key got into the rows, and the check says %v", err)
	}
	c.Shards = nil
	if _, err := steptest.Execute(t.Context(), firstKind(nameInConfig), c); err == nil {
		t.Error("no file outside is no error")
	}
}
