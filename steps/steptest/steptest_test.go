package steptest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/steptest"
)

// A kind that keeps all promises passes, and its dataset holds all that it made.
func TestRunReturnsWhatAKindMakes(t *testing.T) {
	made := steptest.Run(t, shoutKind(), shoutCase())
	if got, want := made.Texts(), []string{`{"WORD":"A"}`, `{"WORD":"BE"}`, `{"WORD":"SEE"}`}; !slices.Equal(got, want) {
		t.Errorf("rows %q, want %q", got, want)
	}
	if got := made.Rows[2].From; got != (steptest.Origin{Input: "input", Part: 2, Row: 0}) {
		t.Errorf("third row is from %+v", got)
	}
	if got := made.Reasons(); got["no word"] != 1 || got["rude"] != 1 {
		t.Errorf("reasons %v", got)
	}
	if got := made.Objects["sum"]; len(got) != 1 || got[0].Data != "6" {
		t.Errorf("sum of lengths %v", got)
	}
	if made.Figures["words"]["be"] != 1 || len(made.Asked) != 4 || len(made.Each) != 4 {
		t.Errorf("figures %v, %d questions, %d actions", made.Figures, len(made.Asked), len(made.Each))
	}
}

// Each promise, broken in turn, is reported under its own name.
func TestCheckNamesTheBrokenPromise(t *testing.T) {
	for _, tt := range spoilers() {
		t.Run(tt.promise, func(t *testing.T) {
			kind := shoutKind()
			tt.spoil(&kind)
			_, err := steptest.Check(kind, shoutCase())
			if err == nil || !strings.Contains(err.Error(), tt.promise) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// A spoiler breaks a promise of a kind.
type spoiler struct {
	promise string
	spoil   func(*steps.Kind)
}

func spoilers() []spoiler {
	calls := 0
	return []spoiler{
		{"New refuses a field", func(k *steps.Kind) {
			k.New = func(config []byte) (steps.Step, error) {
				s := &shout{}
				return s, json.Unmarshal(config, s)
			}
		}},
		{"words.noSuchField", func(k *steps.Kind) { k.New = strictOutside }},
		{"Actions names the same actions", func(k *steps.Kind) { *k = withActions(*k, relabelled(&calls)) }},
		{"is in no key", func(k *steps.Kind) { *k = withActions(*k, metaInConfig) }},
		{"nothing but what the key covers", func(k *steps.Kind) {
			*k = withDo(*k, func(a steps.Action, out steps.Out) error { return out.Line("labels", steps.Encode(a.Label)) })
		}},
		{"nothing but what the key covers", func(k *steps.Kind) {
			*k = withDo(*k, func(_ steps.Action, out steps.Out) error {
				calls++
				return out.Line("calls", steps.Encode(calls))
			})
		}},
		{"JSON on one line", func(k *steps.Kind) {
			*k = withDo(*k, func(_ steps.Action, out steps.Out) error { return out.Line("notes", []byte("not JSON")) })
		}},
		{"exactly one state", func(k *steps.Kind) {
			*k = withDo(*k, func(a steps.Action, out steps.Out) error {
				if a.Files != nil {
					return out.Drop(steps.From{}, "", "again", "")
				}
				return nil
			})
		}},
		{"the same fields in each row", func(k *steps.Kind) { *k = withActions(*k, withoutMeta) }},
		{"than MaxRows allows", func(k *steps.Kind) { *k = withBound(*k) }},
		{"when it is cancelled", func(k *steps.Kind) {
			do := k.Do
			k.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
				return do(context.WithoutCancel(ctx), a, in, out)
			}
		}},
		{"when it is cancelled", func(k *steps.Kind) { *k = withoutAsking(*k) }},
		{"inputs without rows", func(k *steps.Kind) { *k = withActions(*k, wantsParts) }},
	}
}

// strictOutside refuses unknown fields of the config itself, and lets those of objects within it pass.
func strictOutside(config []byte) (steps.Step, error) {
	outer := struct {
		Loud, Batch bool
		Words       json.RawMessage
	}{}
	if err := steps.Decode(config, &outer); err != nil {
		return nil, err
	}
	s := &shout{}
	return s, json.Unmarshal(config, s)
}

// spoilt is a step whose actions are changed on their way out.
type spoilt struct {
	steps.Step
	change func([]steps.Action) ([]steps.Action, error)
}

func (s spoilt) Actions(ctx context.Context, in steps.Inputs) ([]steps.Action, error) {
	actions, err := s.Step.Actions(ctx, in)
	if err != nil {
		return nil, err
	}
	return s.change(actions)
}

func withActions(kind steps.Kind, change func([]steps.Action) ([]steps.Action, error)) steps.Kind {
	makeStep := kind.New
	kind.New = func(config []byte) (steps.Step, error) {
		s, err := makeStep(config)
		return spoilt{s, change}, err
	}
	return kind
}

// bounded is a step that tells too low a bound.
type bounded struct{ steps.Step }

func (bounded) MaxRows(int) int { return 2 }

func withBound(kind steps.Kind) steps.Kind {
	makeStep := kind.New
	kind.New = func(config []byte) (steps.Step, error) {
		s, err := makeStep(config)
		return bounded{s}, err
	}
	return kind
}

// withDo has more done after an action is done.
func withDo(kind steps.Kind, more func(steps.Action, steps.Out) error) steps.Kind {
	do := kind.Do
	kind.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		if err := do(ctx, a, in, out); err != nil {
			return err
		}
		return more(a, out)
	}
	return kind
}

// withoutAsking hands on the rows as they are, and never looks whether it is cancelled.
func withoutAsking(kind steps.Kind) steps.Kind {
	do := kind.Do
	kind.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		if a.Files == nil {
			return do(ctx, a, in, out)
		}
		data, err := in.Read(ctx, in.Parts(0)[0])
		if err != nil {
			return err
		}
		for i := range in.Parts(0)[0].Rows {
			if err := out.Row(steps.Row{Bytes: []byte("{}"), From: steps.From{Row: i}}); err != nil {
				return err
			}
		}
		return out.Line("lengths", fmt.Append(nil, len(data)))
	}
	return kind
}

func relabelled(calls *int) func([]steps.Action) ([]steps.Action, error) {
	return func(actions []steps.Action) ([]steps.Action, error) {
		*calls++
		actions[0].Label = fmt.Sprint(*calls)
		return actions, nil
	}
}

func metaInConfig(actions []steps.Action) ([]steps.Action, error) {
	for i := range actions[:len(actions)-1] {
		actions[i].Config = actions[i].Meta
	}
	return actions, nil
}

func withoutMeta(actions []steps.Action) ([]steps.Action, error) {
	actions[0].Meta = nil
	return actions, nil
}

func wantsParts(actions []steps.Action) ([]steps.Action, error) {
	if len(actions) == 1 {
		return nil, errors.New("no parts")
	}
	return actions, nil
}

// What no runner could go on with ends the execution with an error that says what is wrong.
func TestExecuteRefusesWhatNoRunnerCouldKeep(t *testing.T) {
	for name, tt := range map[string]struct {
		kind steps.Kind
		want string
	}{
		"questions without asking": {
			func() steps.Kind { k := shoutKind(); k.Asks = false; return k }(), "Asks is false",
		},
		"pending forgotten": {
			func() steps.Kind {
				k := shoutKind()
				do := k.Do
				k.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
					if err := do(ctx, a, in, out); !errors.Is(err, steps.ErrPending) {
						return err
					}
					return nil
				}
				return k
			}(), "have no answer",
		},
		"row that is not there": {
			withDo(shoutKind(), func(_ steps.Action, out steps.Out) error {
				return out.Row(steps.Row{From: steps.From{Row: 99}})
			}), "which has",
		},
		"circle of actions": {
			withActions(shoutKind(), func(actions []steps.Action) ([]steps.Action, error) {
				actions[0].Sources = append(actions[0].Sources, steps.Source{Action: len(actions) - 1, Stream: "sum"})
				return actions, nil
			}), "in a circle",
		},
		"file not declared": {
			withActions(shoutKind(), func(actions []steps.Action) ([]steps.Action, error) {
				actions[0].Files = []steps.File{{Path: "other.txt", Digest: "0"}}
				return actions, nil
			}), "no object",
		},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := steptest.Execute(t.Context(), tt.kind, shoutCase())
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Errorf("got %v, want %q", err, tt.want)
			}
		})
	}
}

// pendingSpy counts what a Do call sees of its questions.
type pendingSpy struct {
	steps.In
	answered, waiting *int
}

func (s pendingSpy) Ask(ctx context.Context, q steps.Question) (steps.Reply, error) {
	reply, err := s.In.Ask(ctx, q)
	if errors.Is(err, steps.ErrPending) {
		*s.waiting++
	} else {
		*s.answered++
	}
	return reply, err
}

// Replays happen while some questions are answered and others are not, as they do in the world.
func TestAnswersArriveBitByBit(t *testing.T) {
	kind, partly := shoutKind(), 0
	do := kind.Do
	kind.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		answered, waiting := 0, 0
		err := do(ctx, a, pendingSpy{in, &answered, &waiting}, out)
		if answered > 0 && waiting > 0 {
			partly++
		}
		return err
	}
	c := shoutCase()
	c.PartRows = len(c.Inputs["input"])
	if _, err := steptest.Execute(t.Context(), kind, c); err != nil || partly == 0 {
		t.Errorf("%d calls of Do saw some of their answers (error %v)", partly, err)
	}
}

// Who returns at the first question without an answer is told to ask the others too.
func TestAskingOneByOneIsAnError(t *testing.T) {
	kind := shoutKind()
	kind.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		for i := range 100 {
			if _, err := in.Ask(ctx, steps.Question{Key: fmt.Sprint(i)}); err != nil {
				return err
			}
		}
		return nil
	}
	_, err := steptest.Execute(t.Context(), kind, shoutCase())
	if err == nil || !strings.Contains(err.Error(), "ask all that can be asked") {
		t.Errorf("got %v", err)
	}
}
