package cli

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
)

// differ compares two sides.
type differ struct {
	project *project
	flags   diffFlags
	a, b    *runner.Snapshot
}

func (d *differ) compare(ctx context.Context, args []string) (*diffReport, error) {
	a, b, err := d.sides(ctx, args)
	if err != nil {
		return nil, err
	}
	if d.a, err = d.snapshot(ctx, a); err != nil {
		return nil, d.gone(err)
	}
	if d.b, err = d.snapshot(ctx, b); err != nil {
		return nil, d.gone(err)
	}
	r := &diffReport{A: a.describe(d.a), B: b.describe(d.b)}
	if r.Config, err = d.config(ctx); err != nil || d.flags.config {
		return r, d.gone(err)
	}
	if err := cmp.Or(d.a.Load(ctx), d.b.Load(ctx)); err != nil {
		return nil, d.gone(err)
	}
	return r, d.gone(d.rows(ctx, r))
}

// rows compares what the steps made.
func (d *differ) rows(ctx context.Context, r *diffReport) error {
	m, err := newMeasure(d, r)
	if err != nil {
		return err
	}
	r.Same = true
	for _, name := range d.steps() {
		s, match, err := m.step(ctx, name)
		if err != nil {
			return err
		}
		r.Steps = append(r.Steps, s)
		r.Same = r.Same && s.Same && !s.Rearranged
		if s.Rows != nil && s.A.Out+s.B.Out > 0 {
			m.last, m.match = name, match
		}
	}
	r.Examples, err = m.examples(ctx)
	return err
}

// steps are the names of the steps to compare: those of B, and before the one that follows in A, those that only A has.
func (d *differ) steps() []string {
	if d.flags.step != "" {
		return []string{d.flags.step}
	}
	names := stepsOf(d.b)
	after := 0
	for _, name := range stepsOf(d.a) {
		if at := slices.Index(names, name); at >= 0 {
			after = at + 1
			continue
		}
		names = slices.Insert(names, after, name)
		after++
	}
	return names
}

// evaluated gives the pipeline of a snapshot: what the run kept, or what is known of its steps.
func evaluated(s *runner.Snapshot, whole bool) (compare.Pipeline, error) {
	var p compare.Pipeline
	if whole {
		return p, json.Unmarshal(s.Pipeline, &p)
	}
	p.Steps = map[string]compare.Step{}
	for _, m := range s.Made {
		if m.Detail == nil {
			continue
		}
		step := compare.Step{Kind: m.Detail.Kind, Config: m.Detail.Config, Inputs: map[string]string{}}
		for field, in := range m.Detail.Inputs {
			step.Inputs[field] = in.Step + "." + in.Stream
		}
		p.Steps[m.Name] = step
	}
	return p, nil
}
