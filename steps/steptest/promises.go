package steptest

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"sftrun.local/steps"
)

// A promise is something that every kind must keep, in every case. Made is what the step made when all went well.
type promise struct {
	text  string
	holds func(kind steps.Kind, c Case, made Dataset) error
}

var promises = []promise{
	{"New refuses a field that the kind does not have, at any depth", refusesUnknownField},
	{"Actions names the same actions each time", namesSameActions},
	{"a field that cannot change a result is in no key", keysIgnore},
	{"Do depends on nothing but what the key covers, nor on the order of the actions", dependsOnKeyOnly},
	{"rows, lines and what is known of them are JSON on one line", writesOneLineJSON},
	{"each row ends in exactly one state", endsEachRowOnce},
	{"what publication adds to rows has the same fields in each row", addsSameFields},
	{"no more rows come out than MaxRows allows", keepsBound},
	{"Do ends soon, with the context's error, when it is cancelled", endsWhenCancelled},
	{"inputs without rows do no harm", takesNoRows},
}

func namesSameActions(kind steps.Kind, c Case, made Dataset) error {
	again, err := actionsOf(kind, c)
	if err != nil {
		return err
	}
	if !reflect.DeepEqual(made.Actions, again) {
		return fmt.Errorf("%s, then %s", steps.Encode(made.Actions), steps.Encode(again))
	}
	return nil
}

func keysIgnore(kind steps.Kind, c Case, made Dataset) error {
	for _, config := range c.SameKey {
		other := c
		other.Config = config
		actions, err := actionsOf(kind, other)
		if err != nil {
			return err
		}
		if want, got := keyed(made.Actions), keyed(actions); !reflect.DeepEqual(want, got) {
			return fmt.Errorf("config %s: %s, then %s", config, steps.Encode(want), steps.Encode(got))
		}
	}
	return nil
}

func actionsOf(kind steps.Kind, c Case) ([]steps.Action, error) {
	w, err := newWorld(kind, c)
	if err != nil {
		return nil, err
	}
	actions, err := w.actions(context.Background())
	return append([]steps.Action{}, actions...), err
}

// keyed returns the actions without what their keys do not cover.
func keyed(actions []steps.Action) []steps.Action {
	bare := make([]steps.Action, len(actions))
	for i, a := range actions {
		bare[i] = keyedPart(a)
	}
	return bare
}

func keyedPart(a steps.Action) steps.Action {
	a.Label, a.Meta = "", nil
	a.Shards = slices.Clone(a.Shards)
	for i, s := range a.Shards {
		a.Shards[i] = steps.Shard{Size: s.Size, Digest: s.Digest}
	}
	a.Files = slices.Clone(a.Files)
	for i, f := range a.Files {
		a.Files[i] = steps.File{Digest: f.Digest}
	}
	return a
}

func dependsOnKeyOnly(kind steps.Kind, c Case, made Dataset) error {
	w, err := newWorld(kind, c)
	if err != nil {
		return err
	}
	again, err := w.execute(context.Background(), manner{reverse: true, action: keyedPart})
	if err != nil {
		return fmt.Errorf("executed in another order, without labels and paths: %w", err)
	}
	for i := range made.Each {
		if !reflect.DeepEqual(made.Each[i], again.Each[i]) {
			return fmt.Errorf("action %d made %s, and then, in another order and without labels and paths, %s",
				i, steps.Encode(made.Each[i]), steps.Encode(again.Each[i]))
		}
	}
	return nil
}

// takesNoRows executes the step on inputs of no parts and of one part without rows. That may be against the config
// (rows are wanted, and none came), but then it must be told as such.
func takesNoRows(kind steps.Kind, c Case, _ Dataset) error {
	for parts := range 2 {
		w, err := newWorld(kind, c)
		if err != nil {
			return err
		}
		for input := range w.inputs {
			w.inputs[input] = slices.Repeat([]steps.Part{w.part(nil)}, parts)
		}
		made, err := w.execute(context.Background(), asIs)
		var field *steps.FieldError
		switch {
		case errors.As(err, &field):
		case err != nil:
			return fmt.Errorf("%d parts without rows: %w", parts, err)
		case len(c.Shards) == 0 && len(made.Rows)+len(made.Rejects) > 0:
			return fmt.Errorf("%d parts without rows gave %d rows", parts, len(made.Rows)+len(made.Rejects))
		}
	}
	return nil
}
