package runner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"regexp"
	"strconv"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/schema"
)

// runWords is how a run is called in what commands print: "run 12". Blanks may be left out.
var runWords = regexp.MustCompile(`^(?:run[ _-]*)?([0-9]+)$`)

// FindRun finds a run by how the user calls it: "12", "run 12", the name of a tag, or "" for the last run of the
// pipeline and the variant. The error says what runs and tags there are. The data of the run may have been removed:
// see CheckData.
func (r *Runner) FindRun(ctx context.Context, name string) (*RunRecord, error) {
	name = strings.Join(strings.Fields(name), " ")
	if name == "" {
		return r.newestRun(ctx)
	}
	if m := runWords.FindStringSubmatch(name); m != nil {
		return r.numberedRun(ctx, name, m[1])
	}
	tag, err := readTag(ctx, r.opt.Store, name)
	switch {
	case err != nil || tag == nil && CheckTag(name) == nil:
		return nil, errors.Join(err, r.noRun(ctx, "run or tag", name))
	case tag == nil:
		return nil, fmt.Errorf("%q is neither the number of a run nor a tag", name)
	case tag.Damaged:
		return nil, fmt.Errorf("tag %s is damaged: which run it named is not known any more.  Set it again: sftrun tag %s RUN", name, name)
	}
	return r.numberedRun(ctx, strconv.Itoa(tag.Run), strconv.Itoa(tag.Run))
}

func (r *Runner) newestRun(ctx context.Context) (*RunRecord, error) {
	last, err := r.since(ctx)
	if err != nil {
		return nil, err
	}
	if last.run == nil || last.ofBase {
		of := r.opt.Pipeline.Name
		if r.opt.Variant != "" {
			of += ", variant " + r.opt.Variant
		}
		return nil, fmt.Errorf("no run of %s yet.  sftrun apply makes one", of)
	}
	return last.run, nil
}

func (r *Runner) numberedRun(ctx context.Context, name, digits string) (*RunRecord, error) {
	n, err := strconv.Atoi(digits)
	if err != nil {
		return nil, r.noRun(ctx, "run", name)
	}
	run, err := readRun(ctx, r.opt.Store, runName(n))
	var damaged *store.Damaged
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, r.noRun(ctx, "run", name)
	case errors.As(err, &damaged):
		return nil, fmt.Errorf("run %d: its record is damaged, so what it did is not known any more.  sftrun verify says more", n)
	}
	return run, err
}

// readRun reads the record of a run. The error is fs.ErrNotExist if there is none, and a *store.Damaged if it cannot
// be read.
func readRun(ctx context.Context, s *store.Store, name string) (*RunRecord, error) {
	text, err := s.Record(ctx, name)
	if err != nil {
		return nil, err
	}
	run := new(RunRecord)
	if err := decode(name, text, run); err != nil {
		return nil, &store.Damaged{Name: name, Text: "it is no record of a run: " + err.Error()}
	}
	return run, nil
}

// A NoRunError says that no run and no tag has a name, and what runs and tags there are.
type NoRunError struct{ Text string }

func (e *NoRunError) Error() string { return e.Text }

// noRun says that there is no run or tag of a name, and what there is.
func (r *Runner) noRun(ctx context.Context, what, name string) error {
	tags, err := Tags(ctx, r.opt.Store)
	if err != nil {
		return err
	}
	runs, err := Runs(ctx, r.opt.Store)
	if err != nil {
		return err
	}
	known := make([]string, len(tags))
	for i, t := range tags {
		known[i] = t.Name
	}
	text := fmt.Sprintf("no %s %q", what, strings.TrimPrefix(name, "run "))
	if best := schema.Nearest(name, known); best != "" && what != "run" {
		text += fmt.Sprintf("; did you mean %q?", best)
	} else {
		text += "."
	}
	return &NoRunError{text + "  " + inventory(lastNumber(runs), len(runs), known)}
}

// inventory says what runs and tags there are.
func inventory(last, runs int, tags []string) string {
	text := "There is no run yet: sftrun apply makes one"
	if runs > 0 {
		text = fmt.Sprintf("The last run is %d (sftrun status -v lists them)", last)
	}
	if len(tags) > 0 {
		text += ".  Tags: " + strings.Join(tags, ", ")
	}
	return text
}
