package steptest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"sftrun.local/steps"
)

// maxRounds bounds how often an action is replayed. Half of the open questions are answered each time, so an action
// that asks all it can needs few rounds, and one that asks them one by one needs as many as it has questions.
const maxRounds = 64

// Execute makes the step's dataset once, as a runner would, without checking the promises that Run checks. It is for
// tests of errors, and for those that execute many cases. Errors of the kind come back wrapped.
func Execute(ctx context.Context, kind steps.Kind, c Case) (Dataset, error) {
	w, err := newWorld(kind, c)
	if err != nil {
		return Dataset{}, err
	}
	return w.execute(ctx, asIs)
}

// A manner is how a world is asked to execute actions.
type manner struct {
	reverse bool                            // last action first, as far as sources allow
	action  func(steps.Action) steps.Action // what Do gets of the action
}

// asIs executes actions in their order, as they are.
var asIs = manner{action: func(a steps.Action) steps.Action { return a }}

func (w *world) execute(ctx context.Context, how manner) (Dataset, error) {
	actions, err := w.actions(ctx)
	if err != nil {
		return Dataset{}, err
	}
	order, err := executionOrder(actions, how.reverse)
	if err != nil {
		return Dataset{}, err
	}
	each := make([]Made, len(actions))
	for _, n := range order {
		if each[n], err = w.do(ctx, how.action(actions[n]), each); err != nil {
			return Dataset{}, fmt.Errorf("action %d (%s): %w", n, actions[n].Label, err)
		}
	}
	d := Dataset{Made: newMade(), Actions: append([]steps.Action{}, actions...), Each: each, Asked: w.asked}
	for _, m := range each {
		d.add(m)
	}
	return d, nil
}

// actions validates the config, has the step check its files, and splits the work.
func (w *world) actions(ctx context.Context) ([]steps.Action, error) {
	step, err := w.kind.New(w.config)
	if err != nil {
		return nil, fmt.Errorf("new: %w", err)
	}
	if checker, ok := step.(steps.Checker); ok {
		read := func(f steps.File) ([]byte, error) { return []byte(w.files[f.Path]), nil }
		if err := checker.Check(read); err != nil {
			return nil, fmt.Errorf("check: %w", err)
		}
	}
	actions, err := step.Actions(ctx, w)
	if err != nil {
		return nil, fmt.Errorf("actions: %w", err)
	}
	return actions, nil
}

// executionOrder returns the numbers of the actions such that each comes after those it takes streams of.
func executionOrder(actions []steps.Action, reverse bool) ([]int, error) {
	var order []int
	for len(order) < len(actions) {
		ready := -1
		for n, a := range actions {
			if !slices.Contains(order, n) && sourcesIn(a, order) && (ready < 0 || reverse) {
				ready = n
			}
		}
		if ready < 0 {
			return nil, errors.New("actions take streams of each other in a circle, or of an action that does not exist")
		}
		order = append(order, ready)
	}
	return order, nil
}

func sourcesIn(a steps.Action, done []int) bool {
	return !slices.ContainsFunc(a.Sources, func(s steps.Source) bool {
		return s.Input == "" && !slices.Contains(done, s.Action)
	})
}

// do executes one action, answering its questions and replaying it until it is done.
func (w *world) do(ctx context.Context, a steps.Action, each []Made) (Made, error) {
	sources, err := w.sources(a, each)
	if err != nil {
		return Made{}, err
	}
	for range maxRounds {
		in := &input{world: w, action: a, sources: sources}
		out := &output{action: a, sources: sources, made: newMade()}
		err := w.kind.Do(ctx, a, in, out)
		waits := errors.Is(err, steps.ErrPending)
		switch {
		case waits != (len(in.pending) > 0) && (waits || err == nil):
			return Made{}, fmt.Errorf("%d questions have no answer, but Do returned %v", len(in.pending), err)
		case !waits:
			return out.made, err
		}
		w.answer(in.pending[:(len(in.pending)+1)/2])
	}
	return Made{}, fmt.Errorf("waits for answers after %d rounds; ask all that can be asked before returning", maxRounds)
}

// answer has the case answer questions, and remembers them.
func (w *world) answer(questions []steps.Question) {
	for _, q := range questions {
		if _, known := w.answers[q.Key]; known {
			continue
		}
		a := answer{err: &steps.Refusal{Reason: "no replies in this case"}}
		if w.replies != nil {
			a.reply, a.err = w.replies(q)
		}
		w.answers[q.Key] = a
		w.asked = append(w.asked, q)
	}
}

// sources resolves the sources of an action to parts.
func (w *world) sources(a steps.Action, each []Made) ([][]steps.Part, error) {
	sources := make([][]steps.Part, len(a.Sources))
	for i, s := range a.Sources {
		switch {
		case s.Input == "":
			sources[i] = w.stream(each[s.Action], s.Stream)
		case s.Index < 0 || s.Index >= len(w.inputs[s.Input]):
			return nil, fmt.Errorf("source %d is part %d of %q, which has %d parts", i, s.Index, s.Input, len(w.inputs[s.Input]))
		default:
			sources[i] = w.inputs[s.Input][s.Index : s.Index+1]
		}
	}
	return sources, nil
}

// stream returns what an action made under a stream's name as parts.
func (w *world) stream(m Made, name string) []steps.Part {
	lines := m.Lines[name]
	if name == steps.RowsStream {
		lines = m.Texts()
	}
	parts := w.cut(lines, 0)
	for _, o := range m.Objects[name] {
		parts = append(parts, steps.Part{Digest: w.keep([]byte(o.Data)), Size: int64(len(o.Data)), Media: o.Media})
	}
	return parts
}
