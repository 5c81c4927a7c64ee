package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/cmd/sftrun/cli/spelling"
	"sftrun.local/runner"
	"sftrun.local/schema"
)

// side is one side of a comparison: a run, or a pipeline as it stands.
type side struct {
	run     *runner.RunRecord // nil for a pipeline as it stands
	variant string
}

// sides finds what is to be compared.
func (d *differ) sides(ctx context.Context, args []string) (a, b side, err error) {
	if len(args) == 0 {
		return d.lastTwo(ctx)
	}
	if a, err = d.side(ctx, args[0]); err != nil {
		return a, b, err
	}
	if len(args) == 2 {
		b, err = d.side(ctx, args[1])
		return a, b, err
	}
	if a.run == nil && a.variant != d.project.variant {
		return side{variant: d.project.variant}, a, nil
	}
	if a.run == nil {
		return a, b, misuse("%s is what it would be compared with: name a second run or variant  (sftrun help diff)", asArgument(a.variant))
	}
	return a, side{variant: d.project.variant}, nil
}

func asArgument(variant string) string {
	if variant == "" {
		return "base"
	}
	return variant
}

// lastTwo are the last two runs that came to an end.
func (d *differ) lastTwo(ctx context.Context) (a, b side, err error) {
	runs, err := d.project.runnerFor(planFlags{}).History(ctx)
	if err != nil {
		return a, b, err
	}
	runs = slices.DeleteFunc(runs, func(r runner.RunRecord) bool {
		ended := r.Outcome == runner.Complete || r.Outcome == runner.Partial
		return !ended || d.project.variant != "" && r.Variant != d.project.variant
	})
	if len(runs) < 2 {
		return a, b, d.tooFew(runs)
	}
	return side{run: &runs[len(runs)-2]}, side{run: &runs[len(runs)-1]}, nil
}

// tooFew says that there are no two runs to compare, and what can be done with those that are there.
func (d *differ) tooFew(runs []runner.RunRecord) error {
	text := figures.Of(len(runs), "run") + " so far that came to an end, where two are wanted."
	if len(runs) == 0 {
		return fmt.Errorf("%s  To make one: %s", text, d.project.again("apply"))
	}
	return fmt.Errorf("%s  To compare it with the pipeline as it stands: %s", text, d.project.again("diff", strconv.Itoa(runs[0].Number)))
}

// side finds what a word of the command line means.
func (d *differ) side(ctx context.Context, word string) (side, error) {
	if name, ok := strings.CutPrefix(word, "run:"); ok {
		return d.ofRun(ctx, name)
	}
	name, explicit := strings.CutPrefix(word, "variant:")
	known := slices.Contains(schema.Variants(d.project.folder), name)
	switch {
	case explicit && known:
		return side{variant: name}, nil
	case name == "base" && known:
		return side{}, misuse(`"base" is the pipeline without variant, and there is a variants/base: write - or variant:base`)
	case name == "-" || name == "base":
		return side{}, nil
	case explicit:
		return side{}, d.nothing(name)
	}
	of, err := d.ofRun(ctx, name)
	var none *runner.NoRunError
	switch {
	case err == nil && known:
		return side{}, misuse("%q is a run and a variant: write run:%s or variant:%s", name, name, name)
	case known:
		return side{variant: name}, nil
	case errors.As(err, &none) && !isNumber(strings.TrimPrefix(name, "run ")):
		return side{}, d.nothing(name)
	}
	return of, err
}

func (d *differ) ofRun(ctx context.Context, name string) (side, error) {
	r := d.project.runnerFor(planFlags{})
	run, err := r.FindRun(ctx, name)
	if err == nil && !d.flags.config {
		err = r.CheckData(ctx, run)
	}
	return side{run: run}, err
}

// nothing says that a name is that of nothing.
func (d *differ) nothing(name string) error {
	variants := append([]string{"base"}, schema.Variants(d.project.folder)...)
	return fmt.Errorf("no run, tag or variant %q%s  Variants: %s.  Runs: sftrun status -v; tags: sftrun tag", name, spelling.DidYouMean(name, variants), strings.Join(variants, ", "))
}

// name of a side, as the report has it.
func (s side) name() string {
	switch {
	case s.run != nil:
		return fmt.Sprintf("run %d", s.run.Number)
	case s.variant != "":
		return s.variant
	}
	return "base"
}

func (s side) inWords() string {
	switch {
	case s.run != nil:
		return s.name()
	case s.variant != "":
		return "variant " + s.variant
	}
	return "the pipeline"
}
