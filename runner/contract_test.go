package runner_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/steps"
)

// What a kind does wrong is an error that names the kind, before anything of it is kept.
func TestBrokenKindsAreStopped(t *testing.T) {
	type do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error
	honest := keepKind().Do
	tests := []struct {
		name string
		do   do
		want string
	}{
		{"a row that is forgotten", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			return out.Drop(steps.From{}, "", "why", "")
		}, "row 1 of source 0 was neither handed on nor dropped nor failed"},
		{"a row that ends twice", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			if err := out.Drop(steps.From{}, "", "why", ""); err != nil {
				return err
			}
			return out.Drop(steps.From{}, "", "why", "")
		}, "row 0 of source 0 ended twice"},
		{"a row that is not there", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			return out.Drop(steps.From{Row: 99}, "", "why", "")
		}, "row 99 of source 0 is no row of an input"},
		{"a row from outside turned away", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			return out.Drop(steps.From{Source: -1}, "", "why", "")
		}, "a row from outside can only be handed on"},
		{"a row of several lines", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			return out.Row(steps.Row{Bytes: []byte("{\n}")})
		}, "a row of several lines"},
		{"a line in the stream of rows", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			return out.Line("rows", []byte("{}"))
		}, `no line of stream "rows"`},
		{"a question without saying so", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			_, err := in.Ask(ctx, steps.Question{Key: "k"})
			return err
		}, "does not say so (Kind.Asks)"},
		{"a panic", func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
			panic("oh")
		}, "kind keep broke down, which is a defect of the kind: oh"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := newProject(t)
			kinds := []steps.Kind{readKind(), keepKind(), topKind(), askKind(), judgeKind()}
			kinds[1].Do = test.do
			_, err := p.runnerOf(kinds).Apply(t.Context(), runner.ApplyOptions{})
			if err == nil || !strings.Contains(err.Error(), test.want) || !strings.Contains(err.Error(), "steps.keep: ") {
				t.Errorf("%v", err)
			}
			kinds[1].Do = honest
			if _, err := p.runnerOf(kinds).Apply(t.Context(), runner.ApplyOptions{}); err != nil {
				t.Errorf("after the kind was mended: %v", err)
			}
		})
	}
}

func TestKindThatGoesOnWithoutAnswersIsStopped(t *testing.T) {
	p := newProject(t)
	kinds := []steps.Kind{readKind(), keepKind(), topKind(), askKind(), judgeKind()}
	honest := kinds[3].Do
	kinds[3].Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		honest(ctx, a, in, out) // and its error is lost
		return eachRow(ctx, in, func(from steps.From, row []byte, _ int) error { return nil })
	}
	_, err := p.runnerOf(kinds).Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !strings.Contains(err.Error(), "have no answer: a defect of the kind") && !strings.Contains(err.Error(), "neither handed on") {
		t.Errorf("%v", err)
	}
}

func TestQuestionsMayBePutFromSeveralGoroutines(t *testing.T) {
	p := newProject(t)
	kinds := []steps.Kind{readKind(), keepKind(), topKind(), askKind(), judgeKind()}
	honest := kinds[3].Do
	kinds[3].Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		var asking sync.WaitGroup
		for i := range 8 {
			asking.Go(func() { in.Ask(ctx, steps.Question{Key: strings.Repeat("x", i+1), Body: []byte("{}")}) })
		}
		asking.Wait()
		return honest(ctx, a, in, out)
	}
	if _, err := p.runnerOf(kinds).Apply(t.Context(), runner.ApplyOptions{}); err != nil {
		t.Error(err)
	}
}

func TestShardThatCannotBeReadIsNamed(t *testing.T) {
	p := newProject(t)
	if err := os.Symlink("nowhere", filepath.Join(p.dir, "data/aa.jsonl")); err != nil {
		t.Skip(err)
	}
	_, err := p.runner().Plan(t.Context())
	if err == nil || !strings.Contains(err.Error(), `data/aa.jsonl matches "data/*.jsonl", but cannot be read`) {
		t.Errorf("%v", err)
	}
}
