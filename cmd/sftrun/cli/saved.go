package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// saved is a saved plan and the name that the user gave its file. Like all paths it is relative to the project's folder.
type saved struct {
	*runner.SavedPlan
	name string
}

func (a *app) planPath(name string) string { return within(a.dir, name) }

// checkSave refuses, before anything is planned, a file that a plan cannot be saved in.
func (a *app) checkSave(name string) error {
	switch {
	case name == "":
		return nil
	case name == "-":
		return misuse("-o -: a plan is saved in a file; name one.  For a plan that programs read: --json")
	case filepath.Ext(name) == ".cue":
		return misuse("-o %s: CUE would take it for a part of the pipeline; name it %s", name, strings.TrimSuffix(name, ".cue")+".plan")
	}
	err := runner.CheckPlanFile(a.planPath(name))
	if errors.Is(err, runner.ErrNoSavedPlan) {
		return fmt.Errorf("-o %s: what is there %w, so it is not overwritten.  Name another file", name, err)
	}
	if err != nil {
		return fmt.Errorf("-o %s: %w", name, err)
	}
	return nil
}

// planned makes the plan, and saves it if that is wanted.
func (p *project) planned(ctx context.Context, f planFlags) (*runner.Plan, error) {
	if f.save == "" {
		return p.runnerFor(f).Plan(ctx)
	}
	s, err := p.runnerFor(f).Bind(ctx)
	if err != nil {
		return nil, err
	}
	s.Options.Tags = p.tags
	s.Options.Output, s.Options.Store = relative(p.folder, p.settings.Output), p.storeShown()
	if err := runner.WritePlanFile(p.planPath(f.save), s); err != nil {
		return nil, fmt.Errorf("-o %s: %w.  Nothing was saved", f.save, err)
	}
	return s.Plan, nil
}

// openSaved reads a saved plan and takes over the flags that it was made with.
func (a *app) openSaved(cmd *cobra.Command, name string) (*saved, error) {
	if name == "" {
		return nil, misuse("the name of the saved plan is empty: give a file  (sftrun help %s)", cmd.Name())
	}
	s, err := a.readSaved(name)
	if err != nil {
		return nil, err
	}
	return s, a.adopt(cmd, s)
}

func (a *app) readSaved(name string) (*saved, error) {
	plan, err := runner.ReadPlanFile(a.planPath(name))
	switch {
	case err == nil:
		return &saved{plan, name}, nil
	case errors.Is(err, runner.ErrNoSavedPlan):
		return nil, fmt.Errorf("%s %w.  To make one: %s", name, err, a.onSaved("plan", "-o", "NAME.plan"))
	case errors.Is(err, os.ErrNotExist):
		return nil, fmt.Errorf("no such file: %s.  To make it: %s", quoted([]string{a.planPath(name)}), a.onSaved("plan", "-o", name))
	case errors.Is(err, os.ErrPermission):
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return nil, fmt.Errorf("%s %w.  Make it anew: %s", name, err, a.onSaved("plan", "-o", name))
}

// onSaved is a command line about a saved plan, which knows its flags itself; but for the folder.
func (a *app) onSaved(words ...string) string {
	line := append([]string{"sftrun"}, words...)
	if a.dir != "." {
		line = append(line, "-C", a.dir)
	}
	return quoted(line)
}

// savedLine tells where a plan was saved, and how to carry it out if that can be done.
func (t *planText) savedLine() string {
	if t.flags.save == "" {
		return ""
	}
	line := "Saved in " + t.flags.save + "."
	switch {
	case !t.plan.Changes() || t.obstructed() || t.applying != "":
	default:
		line += "  To do just this: " + t.project.onSaved("apply", t.flags.save)
	}
	return line + "\n"
}

// shownMoves is the number of moves that are listed without -v.
const shownMoves = 12

// movesText lists what has moved, a line each.
func (a *app) movesText(moves []runner.Move) string {
	var b strings.Builder
	for i, m := range moves {
		if i == shownMoves && !a.verbose {
			fmt.Fprintf(&b, "  and %s more (-v)\n", figures.Count(len(moves)-i))
			break
		}
		fmt.Fprintf(&b, "  %s\n", strings.TrimRight(m.Text+"   "+m.At, " "))
	}
	return b.String()
}
