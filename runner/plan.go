package runner

import (
	"cmp"
	"context"
	"errors"
	"os"
	"slices"

	"golang.org/x/sync/errgroup"

	"sftrun.local/runner/store"
	"sftrun.local/schema"
	"sftrun.local/steps"
)

// Verdict says what an apply would do with a step.
type Verdict string

// The verdicts of a plan.
const (
	Cached Verdict = "cached" // all that it makes is there
	Run    Verdict = "run"    // some of its actions have to be executed
	Wait   Verdict = "wait"   // its inputs are not known before an earlier step has run; it may turn out cached
)

// A Plan says what an apply would do, and why.
type Plan struct {
	Pipeline string     `json:"pipeline"`
	Variant  string     `json:"variant,omitempty"`
	Git      string     `json:"git,omitempty"`
	Since    *RunRecord `json:"since,omitempty"` // the run compared with, nil if there is none
	OfBase   bool       `json:"ofBase,omitempty"`
	Steps    []StepPlan `json:"steps"`
	Publish  []Publish  `json:"publish,omitempty"` // files that are not as they should be
	Stale    []string   `json:"stale,omitempty"`   // files that were published before and that no step publishes now
	Warnings []string   `json:"warnings,omitempty"`
}

// A StepPlan is what a plan says of one step.
type StepPlan struct {
	Name       string      `json:"name"`
	Kind       string      `json:"kind"`
	Verdict    Verdict     `json:"verdict"`
	Reasons    []Reason    `json:"reasons,omitempty"`    // why it runs
	WaitsFor   []string    `json:"waitsFor,omitempty"`   // steps, if it waits
	Was        string      `json:"was,omitempty"`        // the step's earlier name
	Actions    int         `json:"actions"`              // in all, as far as known
	ToRun      int         `json:"toRun"`                // to execute, at most: one that works on what others of the step make may be reused
	RowsIn     int         `json:"rowsIn"`               // -1 if not known
	MostRows   int         `json:"mostRows"`             // rows handed on at most, -1 if not known
	Asks       *Asks       `json:"asks,omitempty"`       // questions to models, for a step that puts some and runs
	AsksAny    bool        `json:"asksAny,omitempty"`    // its kind puts questions
	RowChanges []RowChange `json:"rowChanges,omitempty"` // how the rows that it takes differ from before, for a step that puts questions and runs
	Taking     *Taking     `json:"taking,omitempty"`     // what it takes from outside the store, if it does and that is known
	Reads      int64       `json:"reads,omitempty"`      // bytes that its actions will read
	Writes     int64       `json:"writes,omitempty"`     // bytes of rows that they will write, as an estimate, without what comes from outside
	Seconds    float64     `json:"seconds,omitempty"`    // that they will take, by those executed last; 0 if not known
	Partial    bool        `json:"partial,omitempty"`
	Damaged    string      `json:"damaged,omitempty"` // name of an object in the store that it reads and that an apply makes again
	Blocked    bool        `json:"blocked,omitempty"` // it is behind a check that said no, so an apply does nothing with it
	Tally      *Tally      `json:"tally,omitempty"`   // of what is there, for a cached step
}

// Changes tells whether an apply would do anything.
func (p *Plan) Changes() bool {
	return slices.ContainsFunc(p.Publish, func(f Publish) bool { return f.Why != Kept }) || slices.ContainsFunc(p.Steps, func(s StepPlan) bool { return s.Verdict != Cached && !s.Blocked })
}

// Count tells how many steps have a verdict.
func (p *Plan) Count(v Verdict) int {
	n := 0
	for _, s := range p.Steps {
		if s.Verdict == v {
			n++
		}
	}
	return n
}

// Plan finds out what an apply would do. It writes nothing.
func (r *Runner) Plan(ctx context.Context) (*Plan, error) {
	p, _, err := r.plan(ctx)
	return p, err
}

// plan is Plan, with the stages as far as they could be resolved.
func (r *Runner) plan(ctx context.Context) (*Plan, []*stage, error) {
	stages, err := r.stages()
	if err != nil {
		return nil, nil, err
	}
	p, err := r.planStages(ctx, stages)
	return p, stages, err
}

func (r *Runner) planStages(ctx context.Context, stages []*stage) (*Plan, error) {
	since, err := r.since(ctx)
	if err != nil {
		return nil, err
	}
	p := &Plan{Pipeline: r.opt.Pipeline.Name, Variant: r.opt.Variant, Git: r.opt.Git, Since: since.run, OfBase: since.ofBase, Warnings: r.opt.Pipeline.Warnings}
	waits, err := r.followAll(ctx, stages)
	if err != nil {
		return nil, err
	}
	for i, st := range stages {
		s, err := r.planStep(ctx, st, since, stages)
		if err != nil {
			return nil, err
		}
		s.WaitsFor, s.Blocked = waits[i], st.blocked
		s.MostRows = mostRows(p, st)
		p.Steps = append(p.Steps, s)
	}
	var damaged *store.Damaged
	if p.Publish, err = r.planPublish(ctx, stages); errors.As(err, &damaged) {
		p.Publish, err = []Publish{{File: damaged.Name, Why: Missing}}, nil
	}
	if err != nil {
		return nil, err
	}
	if r.opt.Target == "" {
		p.Stale = r.leftovers(stages)
	}
	if !p.Changes() && !r.stateSound() {
		why := Older
		if _, err := os.Stat(r.statePath()); err != nil {
			why = Missing
		}
		p.Publish = append(p.Publish, Publish{File: r.shown(r.statePath()), Why: why})
	}
	return p, ctx.Err() // reasons take what they could not read for not known
}

// follow resolves a stage if the data of those before it are there. Otherwise it returns the steps that it waits for.
func (r *Runner) follow(ctx context.Context, stages []*stage, st *stage) (waits []string, err error) {
	inputs, waits := feed(stages, st, func(s *stage) bool { return s.data != nil })
	if len(waits) > 0 {
		return waits, nil
	}
	return nil, r.resolve(ctx, st, inputs)
}

// followAll follows all stages, those that do not depend on each other side by side. The error is that of the first.
func (r *Runner) followAll(ctx context.Context, stages []*stage) (waits [][]string, err error) {
	waits = make([][]string, len(stages))
	failed := make([]error, len(stages))
	for _, level := range levels(stages) {
		var side errgroup.Group
		side.SetLimit(r.workers())
		for _, i := range level {
			side.Go(func() error {
				waits[i], failed[i] = r.follow(ctx, stages, stages[i])
				return failed[i]
			})
		}
		if side.Wait() != nil {
			return nil, cmp.Or(failed...)
		}
	}
	return waits, nil
}

// levels sorts the numbers of stages by how many others lie before them at most.
func levels(stages []*stage) (levels [][]int) {
	depth := map[string]int{}
	for i, st := range stages {
		name := st.node.spec.Name
		for _, in := range st.node.spec.Inputs {
			depth[name] = max(depth[name], depth[in.Step]+1)
		}
		if depth[name] == len(levels) {
			levels = append(levels, nil)
		}
		levels[depth[name]] = append(levels[depth[name]], i)
	}
	return levels
}

// planStep says what is to be done with one stage.
func (r *Runner) planStep(ctx context.Context, st *stage, since past, stages []*stage) (StepPlan, error) {
	s := StepPlan{Name: st.node.spec.Name, Kind: st.node.kind.Name, Actions: len(st.actions), RowsIn: -1, AsksAny: st.node.kind.Asks}
	was, renamed := r.before(st, since, stages)
	if renamed {
		s.Was = was.Name
	}
	var err error
	if s.Taking, err = r.taking(ctx, st, st.data == nil); err != nil {
		return s, err
	}
	switch {
	case st.data != nil:
		s.Verdict, s.Tally, s.RowsIn = Cached, &st.data.Tally, st.data.In
		s.Partial = st.partial || st.data.Failures() > 0
	case st.inputs == nil:
		s.Verdict = Wait
	default:
		s.Verdict, s.ToRun, s.RowsIn, s.Reads = Run, len(st.pending()), st.rowsFed(), st.reads()
		s.Writes = st.writes()
		if was != nil {
			s.Seconds = was.Pace * float64(s.ToRun)
		}
		s.Reasons = r.reasons(ctx, stages, st, since, was)
		if st.node.kind.Asks {
			if s.RowChanges, err = r.rowChanges(ctx, st, was); err != nil {
				return s, err
			}
			s.Asks, err = r.count(ctx, st)
			var damaged *store.Damaged
			if errors.As(err, &damaged) {
				s.Asks, err = nil, nil // an apply makes it again, and what it will ask is known then
				s.Damaged = damaged.Name
			}
			return s, err
		}
	}
	return s, nil
}

// before finds what the last run knows of a step, also under another name: then it is a step that the pipeline has
// no more, of the same key, or the only one of its kind that went as this one came.
func (r *Runner) before(st *stage, since past, stages []*stage) (was *RunStep, renamed bool) {
	if was := since.step(st.node.spec.Name); was != nil || since.run == nil {
		return was, false
	}
	var gone []*RunStep
	for i := range since.run.Steps {
		s := &since.run.Steps[i]
		if s.Kind == st.node.kind.Name && !r.inPipeline(s.Name) {
			gone = append(gone, s)
		}
	}
	for _, s := range gone {
		if st.symbol != "" && s.Symbol == st.symbol {
			return s, true
		}
	}
	if len(gone) == 1 && r.arrivals(st.node.kind.Name, since) == 1 {
		return gone[0], true
	}
	return nil, false
}

func (r *Runner) inPipeline(name string) bool {
	return slices.ContainsFunc(r.opt.Pipeline.Steps, func(s schema.Step) bool { return s.Name == name })
}

// arrivals counts the steps of a kind that the last run did not have.
func (r *Runner) arrivals(kind string, since past) int {
	n := 0
	for _, s := range r.opt.Pipeline.Steps {
		if s.Kind == kind && since.step(s.Name) == nil {
			n++
		}
	}
	return n
}

// rowsFed counts the rows that come in.
func (st *stage) rowsFed() int {
	n := 0
	for _, parts := range st.inputs {
		for _, p := range parts {
			n += p.Rows
		}
	}
	return n
}

// reads counts the bytes that the missing actions will read, as far as known.
func (st *stage) reads() int64 {
	var n int64
	for _, a := range st.pending() {
		for _, s := range a.Shards {
			n += s.Size
		}
		for _, s := range a.Sources {
			if s.Input != "" {
				n += st.inputs[s.Input][s.Index].Size
			}
		}
	}
	return n
}

// mostRows bounds the rows that a step hands on, from what the plan says of the steps before it.
func mostRows(p *Plan, st *stage) int {
	if st.data != nil {
		return st.data.Out
	}
	in := 0
	for _, i := range st.node.spec.Inputs {
		for _, s := range p.Steps {
			if s.Name != i.Step {
				continue
			}
			if s.MostRows < 0 || in < 0 || i.Stream != steps.RowsStream {
				in = -1
			} else {
				in += s.MostRows
			}
		}
	}
	if b, ok := st.node.step.(steps.Bounder); ok {
		return b.MaxRows(in)
	}
	if st.node.kind.EachRow {
		return in
	}
	return -1
}

// step returns what a plan says of a step, nil if it is not in it.
func (p *Plan) step(name string) *StepPlan {
	i := slices.IndexFunc(p.Steps, func(s StepPlan) bool { return s.Name == name })
	if i < 0 {
		return nil
	}
	return &p.Steps[i]
}
