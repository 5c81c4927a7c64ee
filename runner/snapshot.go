package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A Snapshot is what a pipeline had made at one time: by the end of a run, or as it stands now. Its rows are read
// from the store only when asked for.
type Snapshot struct {
	Pipeline json.RawMessage // the evaluated pipeline (schema.Pipeline.Value); nil for a run that did not keep it
	Run      *RunRecord      // the run; for a pipeline as it stands, the newest one that left it so, nil if there is none
	Made     []Made          // the steps, each behind those it takes rows from

	name    string // what errors call it
	store   *store.Store
	outside *outside // of a pipeline as it stands
}

// Made is what one step had made. Load fills in the last three fields.
type Made struct {
	Name   string
	Kind   string
	Done   bool
	Since  int     // the run that last did it in full; 0 for a pipeline as it stands
	Gone   bool    // it was done, but the store does not hold any more what it rested on: Detail is nil
	Detail *Detail // what it rested on; of a pipeline as it stands also what a step would rest on that is not done
	Tally  Tally

	Rows    []MadePart   // parts of the rows stream, in order
	Rejects []steps.Part // parts of the rejects stream, see Fates
	Asked   StepReport   // the step in Snapshot.Run, for what was asked and spent; zero without a run
}

// A MadePart is a part of rows, with the part that holds what is known of the making of each (JSONL, one object a
// row; Digest "" for none).
type MadePart struct {
	steps.Part
	Provenance steps.Part
}

// A GoneError says that the store does not hold any more what a step had made.
type GoneError struct {
	Of   string // "run 3", "variant midlength"
	Step string
	What string // "a part of what was made by"
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("%s: %s steps.%s is no longer in the store", e.Of, e.What, e.Step)
}

// Present is a snapshot of the pipeline as it stands now. Steps that are not done are in it, without rows. Like Plan it
// writes nothing. Name is what errors call it.
func (r *Runner) Present(ctx context.Context, name string) (*Snapshot, error) {
	stages, err := r.stages()
	if err != nil {
		return nil, err
	}
	s := &Snapshot{Pipeline: r.opt.Pipeline.Value, name: name, store: r.opt.Store, outside: r.outside}
	if _, err := r.followAll(ctx, stages); err != nil {
		return nil, err
	}
	for _, st := range stages {
		d := detailOf(st)
		m := Made{Name: st.node.spec.Name, Kind: st.node.kind.Name, Done: st.data != nil, Detail: &d}
		if m.Done {
			m.Tally = st.data.Tally
		}
		s.Made = append(s.Made, m)
	}
	s.Run, err = r.left(ctx, stages)
	return s, err
}

// left finds the newest run that left the steps as they are now, nil if there is none.
func (r *Runner) left(ctx context.Context, stages []*stage) (*RunRecord, error) {
	runs, err := r.History(ctx)
	for i := len(runs) - 1; i >= 0; i-- {
		run := &runs[i]
		same := run.Variant == r.opt.Variant && !slices.ContainsFunc(stages, func(st *stage) bool {
			was := run.step(st.node.spec.Name)
			return was == nil || !was.Done || was.Symbol != st.symbol
		})
		if same {
			return run, nil
		}
	}
	return nil, err
}

// Past is a snapshot of what there was by the end of a run: of a step that the run itself did not do in full, what an
// earlier one had made (Made.Since).
func (r *Runner) Past(ctx context.Context, run *RunRecord) (*Snapshot, error) {
	s := &Snapshot{Run: run, name: fmt.Sprintf("run %d", run.Number), store: r.opt.Store}
	if run.Digest != "" {
		value, err := s.store.Get(ctx, run.Digest)
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return nil, err
		}
		s.Pipeline = value
	}
	for i := range run.Steps {
		was := &run.Steps[i]
		m := Made{Name: was.Name, Kind: was.Kind, Since: was.Since, Tally: was.Tally}
		if was.Detail != "" {
			m.Detail = r.detail(ctx, was)
			m.Done, m.Gone = m.Detail != nil, m.Detail == nil
		}
		if was.Since != 0 && was.Since != run.Number {
			if err := r.tallyOf(ctx, &m, was.Detail); err != nil {
				return nil, err
			}
		}
		s.Made = append(s.Made, m)
	}
	return s, nil
}

// tallyOf takes the tally of a step from the run that did it.
func (r *Runner) tallyOf(ctx context.Context, m *Made, detail string) error {
	run, err := readSealed[RunRecord](ctx, r.opt.Store, runName(m.Since))
	if err != nil || run == nil {
		return err
	}
	for _, s := range run.Steps {
		if s.Detail == detail {
			m.Tally = s.Tally
		}
	}
	return nil
}
