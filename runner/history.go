package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
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

	// Pace is how many seconds an action took when the step last executed some, by the clock and with its neighbours
	// beside it; 0 if that is not known, or if it put questions, which take as long as others take to answer.
	Pace float64 `json:"pace,omitempty"`
}

// A Detail is what a step rested on when it was done.
type Detail struct {
	Scheme  int                   `json:"scheme"`
	Kind    string                `json:"kind"`
	Version int                   `json:"version"`
	Config  json.RawMessage       `json:"config"` // as in CUE: declared files by path
	Files   map[string]steps.File `json:"files,omitempty"`
	Inputs  map[string]Input      `json:"inputs,omitempty"`
	Listing []steps.Shard         `json:"listing,omitempty"` // all shards seen, chosen ones with digest
	Symbols []string              `json:"symbols"`           // of its actions
	Actions []string              `json:"actions"`           // names of the records of its actions, which name all that it made
}

// An Input is the dataset that an input field was connected to.
type Input struct {
	Step   string   `json:"step"`
	Stream string   `json:"stream"`
	Parts  []string `json:"parts"` // digests
}

// past is the run that a plan compares with; nil at first.
type past struct {
	run    *RunRecord
	ofBase bool // the variant has no run yet: compared with the pipeline as it is
}

const runPrefix = "runs/"

func runName(number int) string { return fmt.Sprintf("%s%08d", runPrefix, number) }

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

// Runs lists the names of all run records of a store, oldest first.
func Runs(ctx context.Context, s *store.Store) ([]string, error) {
	var names []string
	for name, err := range s.Bucket().List(ctx, runPrefix) {
		if err != nil {
			return nil, err
		}
		names = append(names, name)
	}
	return names, nil
}

// saveRun gives a run the next free number and stores it.
func saveRun(ctx context.Context, s *store.Store, run *RunRecord) error {
	names, err := Runs(ctx, s)
	if err != nil {
		return err
	}
	last, err := lastRemoved(ctx, s)
	if err != nil {
		return err
	}
	for next := max(last, lastNumber(names)) + 1; ; next++ {
		run.Number = next
		for i := range run.Steps {
			if run.Steps[i].Since == 0 && run.Steps[i].Detail != "" {
				run.Steps[i].Since = next
			}
		}
		err := s.Bucket().Create(ctx, runName(next), store.Seal(steps.Encode(run)))
		if err == nil {
			return nil
		}
		run.Number = 0
		if !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
}

// lastNumber of the names of runs. What else lies there is passed over.
func lastNumber(names []string) int {
	last := 0
	for _, name := range names {
		var n int
		if _, err := fmt.Sscanf(name, runPrefix+"%08d", &n); err == nil {
			last = max(last, n)
		}
	}
	return last
}

// step returns what the run knows of a step.
func (p past) step(name string) *RunStep {
	if p.run == nil {
		return nil
	}
	for i := range p.run.Steps {
		if p.run.Steps[i].Name == name {
			return &p.run.Steps[i]
		}
	}
	return nil
}

// detail loads what a step rested on; nil if that is not known.
func (r *Runner) detail(ctx context.Context, s *RunStep) *Detail {
	if s == nil || s.Detail == "" {
		return nil
	}
	text, err := r.opt.Store.Get(ctx, s.Detail)
	if err != nil {
		return nil // reasons are then less exact, which is no reason to fail
	}
	var d Detail
	if decode(store.ObjectName(s.Detail), text, &d) != nil {
		return nil
	}
	return &d
}

// detailOf a stage that is done.
func detailOf(st *stage) Detail {
	d := Detail{
		Scheme: Scheme, Kind: st.node.kind.Name, Version: st.node.kind.Version,
		Config: st.node.spec.Config, Files: st.node.files, Inputs: map[string]Input{}, Listing: st.shards(), Actions: st.data.Actions,
	}
	for _, in := range st.node.spec.Inputs {
		parts := make([]string, len(st.inputs[in.Field]))
		for i, p := range st.inputs[in.Field] {
			parts[i] = p.Digest
		}
		d.Inputs[in.Field] = Input{Step: in.Step, Stream: in.Stream, Parts: parts}
	}
	for _, a := range st.actions {
		d.Symbols = append(d.Symbols, a.symbol)
	}
	return d
}

// shards returns the listing that the step was shown, with the digests of those that it chose.
func (st *stage) shards() []steps.Shard {
	chosen := map[string]string{}
	for _, a := range st.actions {
		for _, s := range a.Shards {
			chosen[s.Place] = s.Digest
		}
	}
	list := make([]steps.Shard, 0, len(st.listing))
	for _, s := range st.listing {
		s.Digest = chosen[s.Place]
		list = append(list, s)
	}
	return list
}

// History returns the records of the runs in the store, the oldest first, of all variants.
func (r *Runner) History(ctx context.Context) ([]RunRecord, error) {
	names, err := Runs(ctx, r.opt.Store)
	if err != nil {
		return nil, err
	}
	var runs []RunRecord
	for _, name := range names {
		run, err := readSealed[RunRecord](ctx, r.opt.Store, name)
		if err != nil {
			return nil, err
		}
		if run != nil {
			runs = append(runs, *run)
		}
	}
	return runs, nil
}
