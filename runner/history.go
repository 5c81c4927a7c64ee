package runner

import (
	"context"
	"slices"
	"time"

	"sftrun.local/runner/store"
)

// A RunRecord is what is remembered of one apply: what it did, and what each step was then, so that a later plan can
// say what has changed since.
type RunRecord struct {
	Number   int               `json:"number"`
	Pipeline string            `json:"pipeline"`
	Variant  string            `json:"variant,omitempty"`
	Digest   string            `json:"digest"` // of the evaluated pipeline (schema.Pipeline.Value), an object of the store
	Tags     map[string]string `json:"tags,omitempty"`
	Git      string            `json:"git,omitempty"`   // commit, and "edited" if files differed from it
	Tool     string            `json:"tool,omitempty"`  // version of sftrun
	Saved    string            `json:"saved,omitempty"` // digest of the saved plan that it carried out
	Started  time.Time         `json:"started"`
	Ended    time.Time         `json:"ended"`
	Outcome  Outcome           `json:"outcome"`
	Problem  string            `json:"problem,omitempty"`
	Steps    []RunStep         `json:"steps"`
}

// A RunStep is one step of a run.
type RunStep struct {
	StepReport
	Symbol string `json:"symbol,omitempty"` // key of the step
	Detail string `json:"detail,omitempty"` // digest of its Detail when it was last done, in this run or an earlier one
	Since  int    `json:"since,omitempty"`  // the run that Detail is of
	Pins   []Pin  `json:"pins,omitempty"`   // the states at which it read addresses in this run, or would have had it had to

	// Pace is how many seconds an action took when the step last executed some, by the clock and with its neighbours
	// beside it; 0 if that is not known, or if it put questions, which take as long as others take to answer.
	Pace float64 `json:"pace,omitempty"`
}

// past is the run that a plan compares with; nil at first.
type past struct {
	run    *RunRecord
	ofBase bool // the variant has no run yet: compared with the pipeline as it is
}

// lastRun finds the newest run of a pipeline and a variant; for a variant without any, that of the base; and for a
// pipeline without any, that of whatever name, since a name is changed more often than a store is shared.
func lastRun(ctx context.Context, s *store.Store, pipeline, variant string) (past, error) {
	runs, err := Runs(ctx, s)
	if err != nil {
		return past{}, err
	}
	var base, other *RunRecord
	for i := len(runs) - 1; i >= 0; i-- {
		run, err := readSealed[RunRecord](ctx, s, runs[i])
		if err != nil {
			return past{}, err
		}
		switch {
		case run == nil:
		case run.Pipeline != pipeline:
			if other == nil && run.Variant == variant {
				other = run
			}
		case run.Variant == variant:
			return past{run: run}, nil
		case base == nil && run.Variant == "":
			base = run
		}
	}
	if base != nil {
		return past{run: base, ofBase: true}, nil
	}
	return past{run: other}, nil
}

// step returns what the run knows of a step, nil if it knows nothing.
func (p past) step(name string) *RunStep { return p.run.step(name) }

// step returns what a run did with a step, nil if it had none of that name, or is none.
func (run *RunRecord) step(name string) *RunStep {
	if run == nil {
		return nil
	}
	i := slices.IndexFunc(run.Steps, func(s RunStep) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &run.Steps[i]
}
