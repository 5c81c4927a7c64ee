package runner

import (
	"context"
	"encoding/json"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// savedFormat is the version of the form in which a plan is saved.
const savedFormat = 1

// A SavedPlan is a plan with all that it rests on, so that an apply can be held to it. It holds no secrets: of the
// settings of a machine only folders, of files only digests.
type SavedPlan struct {
	Format  int          `json:"savedPlan"` // version of this form; its name, at the beginning of a file, tells what the file is
	Made    time.Time    `json:"made"`
	Tool    string       `json:"tool,omitempty"` // version of sftrun
	Options SavedOptions `json:"options"`
	Plan    *Plan        `json:"plan"`
	Basis   Basis        `json:"basis"`
}

// SavedOptions are those that a plan was made with, and that an apply of it has to be made with.
type SavedOptions struct {
	Variant     string `json:"variant,omitempty"`
	Target      string `json:"target,omitempty"`
	MaxRows     int    `json:"maxRows,omitempty"`
	RetryFailed bool   `json:"retryFailed,omitempty"`
	Force       bool   `json:"force,omitempty"`

	// What follows is not the runner's: whoever opens the project fills it in, and opens it likewise for the apply.

	Tags   []string `json:"tags,omitempty"`   // name=value
	Output string   `json:"output,omitempty"` // folder, as the user would write it
	Store  string   `json:"store,omitempty"`  // likewise
}

// A Basis is what a plan rests on.
type Basis struct {
	Pipeline  json.RawMessage `json:"pipeline"` // the evaluated pipeline, see schema.Pipeline.Value
	Scheme    int             `json:"scheme"`   // of keys
	Kinds     map[string]int  `json:"kinds"`    // versions by name
	Steps     []StepBasis     `json:"steps"`
	Published []PublishedFile `json:"published,omitempty"`
}

// A StepBasis is what the plan of one step rests on.
type StepBasis struct {
	Name   string                `json:"name"`
	Digest string                `json:"digest"`           // of kind, version and config, with declared files by digest
	Symbol string                `json:"symbol,omitempty"` // key of the step; "" if it waits
	Run    []string              `json:"run,omitempty"`    // symbols of the actions to execute; those that are sure to be
	Files  map[string]steps.File `json:"files,omitempty"`  // declared files by field
	Pins   []Pin                 `json:"pins,omitempty"`   // the states at which addresses were listed
	Inputs []steps.Shard         `json:"inputs,omitempty"` // all files from outside that the step was shown
}

// A PublishedFile is a file in the output folder as it stood.
type PublishedFile struct {
	File   string `json:"file"`             // as the user would write it
	Digest string `json:"digest,omitempty"` // of its bytes, "" if it was not there
}

// Bind plans, and binds the plan to all that it rests on. It writes nothing.
func (r *Runner) Bind(ctx context.Context) (*SavedPlan, error) {
	plan, stages, err := r.plan(ctx)
	if err != nil {
		return nil, err
	}
	basis, err := r.basis(ctx, stages)
	if err != nil {
		return nil, err
	}
	return &SavedPlan{
		Format: savedFormat, Made: time.Now().UTC().Truncate(time.Second), Tool: r.opt.Tool,
		Options: r.savedOptions(), Plan: plan, Basis: basis,
	}, nil
}

// savedOptions are those of them that a runner knows.
func (r *Runner) savedOptions() SavedOptions {
	o := r.opt
	return SavedOptions{Variant: o.Variant, Target: o.Target, MaxRows: o.MaxRows, RetryFailed: o.RetryFailed, Force: o.Force}
}

// digest tells a saved plan from every other.
func (s *SavedPlan) digest() string { return store.Digest(steps.Encode(s)) }

// step returns what the plan of a step rests on, nil if it is not in the plan.
func (s *SavedPlan) step(name string) *StepBasis {
	for i := range s.Basis.Steps {
		if s.Basis.Steps[i].Name == name {
			return &s.Basis.Steps[i]
		}
	}
	return nil
}
