// Package steptest holds every kind of step to the promises of the contract in package steps: the ones that its runner
// rests on and that a type cannot express. A kind's own tests call [Run] with a config and a few rows, and go on to
// say what is true of the dataset that comes back.
//
// It executes actions in memory, one after the other, and answers questions from a function of the test. It is not a
// runner: it keeps nothing, knows no keys and no CUE, and never reads files, calls a model or opens a connection.
package steptest

import (
	"context"
	"errors"
	"testing"

	"sftrun.local/steps"
)

// A Case is a step with what comes into it.
type Case struct {
	// Config is the step's config as Kind.New gets it: a JSON object, defaults filled. An object in it whose "path" is
	// in Files gets that file's digest.
	Config string

	// SameKey lists configs that differ from Config only in what cannot change a result, the fields with @key(false):
	// their actions must differ in Label and Meta at most.
	SameKey []string

	// Inputs holds the rows of each input field, "input" for most kinds, one JSON object each.
	Inputs map[string][]string

	// PartRows is the number of rows in a part of an input; 0 divides each input into three parts.
	PartRows int

	// Shards holds the bytes of the files outside the store by name. Every pattern and address matches them all.
	Shards map[string]string

	// Files holds the content of declared files, prompts for instance, by the path that Config gives them.
	Files map[string]string

	// Replies answers the questions of a kind that asks; its error may be a *steps.Refusal.
	Replies func(steps.Question) (steps.Reply, error)
}

// Run checks that the kind keeps its promises in this case, reports each broken one as an error of the test, and
// returns what the step made. The test ends here if the step cannot be executed at all.
func Run(t testing.TB, kind steps.Kind, c Case) Dataset {
	t.Helper()
	made, err := Check(kind, c)
	for _, broken := range breaches(err) {
		t.Errorf("%s: %v", kind.Name, broken)
	}
	if made.Actions == nil {
		t.FailNow()
	}
	return made
}

// Check is Run for those who want the broken promises as one error, which joins them all (errors.Join).
func Check(kind steps.Kind, c Case) (Dataset, error) {
	made, err := Execute(context.Background(), kind, c)
	if err != nil {
		return Dataset{}, err
	}
	var broken []error
	for _, p := range promises {
		if err := p.holds(kind, c, made); err != nil {
			broken = append(broken, &Breach{Promise: p.text, Err: err})
		}
	}
	return made, errors.Join(broken...)
}

// A Breach is one promise that a kind does not keep.
type Breach struct {
	Promise string // what every kind must keep
	Err     error  // how it was not kept
}

func (b *Breach) Error() string { return "promise broken: " + b.Promise + ": " + b.Err.Error() }

// Unwrap returns how the promise was not kept.
func (b *Breach) Unwrap() error { return b.Err }

// breaches takes apart what Check joined.
func breaches(err error) []error {
	if joined, ok := err.(interface{ Unwrap() []error }); ok {
		return joined.Unwrap()
	}
	if err != nil {
		return []error{err}
	}
	return nil
}
