package cli

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/schema"
)

// snapshot reads what there is of a side.
func (d *differ) snapshot(ctx context.Context, s side) (*runner.Snapshot, error) {
	if s.run != nil {
		snap, err := d.project.runnerFor(planFlags{}).Past(ctx, s.run)
		if err == nil && d.flags.step != "" && snap.Step(d.flags.step) == nil {
			err = fmt.Errorf("%s had no step %q.  Steps: %s", s.name(), d.flags.step, strings.Join(stepsOf(snap), ", "))
		}
		return snap, err
	}
	r, err := d.runnerOf(ctx, s.variant)
	if err != nil {
		return nil, err
	}
	snap, err := r.Present(ctx, s.inWords())
	if err != nil {
		return nil, err
	}
	return snap, d.mustBeDone(s, snap)
}

func stepsOf(s *runner.Snapshot) []string {
	var names []string
	for _, m := range s.Made {
		names = append(names, m.Name)
	}
	return names
}

// runnerOf a variant of the project, up to the step that is compared.
func (d *differ) runnerOf(ctx context.Context, variant string) (*runner.Runner, error) {
	p := d.project
	o := p.options()
	o.Target = d.flags.step
	if variant != p.variant {
		pipeline, err := schema.Load(ctx, schema.Options{Dir: p.folder, Variant: variant, Tags: p.tags, Kinds: p.definitions()})
		if err != nil {
			return nil, err
		}
		o.Pipeline, o.Variant, o.Output = pipeline, variant, filepath.Join(p.settings.Output, variant)
	}
	return runner.New(o), nil
}

// mustBeDone refuses a pipeline of which steps are not done as it stands, unless that is because a check said no.
func (d *differ) mustBeDone(s side, snap *runner.Snapshot) error {
	for _, m := range snap.Made {
		if m.Tally.Halt != "" {
			return nil
		}
		if !m.Done && !d.flags.config {
			return fmt.Errorf("%s is not done as it stands now: step %s has to run.  To do it: %s", s.inWords(), m.Name, d.toDo(s))
		}
	}
	return nil
}

// toDo is the command that does a variant.
func (d *differ) toDo(s side) string {
	if s.variant == "" {
		return d.project.againWithout("variant", "apply")
	}
	return d.project.again("apply", "--variant", s.variant)
}

// describe a side for the report.
func (s side) describe(snap *runner.Snapshot) diffSide {
	of := diffSide{Name: s.name(), Variant: s.variant}
	if s.run == nil {
		of.Present = true
	}
	if run := snap.Run; run != nil {
		of.Run, of.Variant, of.Git, of.Started = run.Number, run.Variant, run.Git, &run.Started
	}
	for _, m := range snap.Made {
		switch {
		case m.Gone:
			of.Remarks = append(of.Remarks, "what "+m.Name+" rested on is no longer in the store")
		case !m.Done:
			of.Remarks = append(of.Remarks, m.Name+" is not done")
		case s.run != nil && m.Since != 0 && m.Since != s.run.Number:
			of.Remarks = append(of.Remarks, fmt.Sprintf("%s is as run %d left it: run %d did not do it in full", m.Name, m.Since, s.run.Number))
		}
	}
	return of
}

// title says what a side is: "run 12 of midlength, 22 Nov 18:40 (git 3f2a91c)".
func (s diffSide) title() string {
	text := s.Name
	if !s.Present && s.Variant != "" {
		text += " of variant " + s.Variant
	}
	if s.Present {
		text += " as it stands"
		if s.Name == "base" {
			text = "the pipeline as it stands"
		}
		if s.Run > 0 {
			text += fmt.Sprintf(", done in run %d", s.Run)
		}
	}
	if s.Started != nil {
		text += ", " + figures.Day(s.Started.Local(), time.Now())
	}
	if s.Git != "" {
		text += " (git " + s.Git + ")"
	}
	return text
}

// gone adds to an error what can be done when the store holds something no more.
func (d *differ) gone(err error) error {
	var gone *runner.GoneError
	if errors.As(err, &gone) && !d.flags.config {
		return fmt.Errorf("%w.  The pipelines alone can be compared with --config; a run that is there is found with: sftrun status -v", err)
	}
	return err
}
