package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/schema"
)

const showPlanAbout = `Prints a saved plan as plan showed it, whatever has become of the project since, and says whether it still holds: what
has moved, if something has, with exit code 5. Outside of the project it prints the plan alone, with exit code 0.

It changes nothing, and works while an apply is under way.`

func (a *app) showPlanCommand() *cobra.Command {
	var f planFlags
	c := &cobra.Command{
		Use: "show-plan FILE", Short: "print a saved plan, and say whether it still holds", Long: showPlanAbout,
		Args:    exactly(1, "the file of a saved plan"),
		Example: "  sftrun show-plan tonight.plan\n  sftrun show-plan tonight.plan --json",
		RunE: func(cmd *cobra.Command, args []string) error {
			s, err := a.openSaved(cmd, args[0])
			if err != nil {
				return err
			}
			return a.showSaved(cmd.Context(), cmd, s, f)
		},
	}
	f.add(c) // they come with the plan; so that commands that it proposes have them
	for _, name := range []string{"target", "max-rows", "retry-failed", "force"} {
		c.Flags().Lookup(name).Hidden = true
	}
	return c
}

func (a *app) showSaved(ctx context.Context, cmd *cobra.Command, s *saved, f planFlags) error {
	p, err := a.asSaved(cmd, s)
	if err != nil {
		return err
	}
	defer p.close()
	now := a.standing(ctx, cmd, s, f)
	if a.json {
		if err := p.printJSON(savedJSON{s.Plan, savedFacts{s.Made, s.Tool, s.Options, now}}); err != nil {
			return err
		}
		return now.exit()
	}
	t := newPlanText(p, s.Plan)
	t.flags = f
	t.flags.save = s.name
	if !a.quiet {
		p.printf("%s   made %s by sftrun %s\n", s.name, figures.Day(s.Made.Local(), time.Now()), s.Tool)
	}
	p.print(t.text() + a.standingText(s, now))
	return now.exit()
}

// asSaved is a project as far as a saved plan tells of it.
func (a *app) asSaved(cmd *cobra.Command, s *saved) (*project, error) {
	folder, err := filepath.Abs(a.dir)
	if err != nil {
		return nil, err
	}
	p := &project{app: a, folder: folder, state: filepath.Join(folder, stateFolder), git: s.Plan.Git}
	if p.settings, err = a.loadSettings(cmd, folder); err != nil {
		return nil, err
	}
	var value struct {
		Limits schema.Limits
		Models map[string]json.RawMessage
	}
	if err := json.Unmarshal(s.Basis.Pipeline, &value); err != nil {
		return nil, fmt.Errorf("%s: %w", s.name, err)
	}
	p.pipeline = &schema.Pipeline{Name: s.Plan.Pipeline, Limits: value.Limits, Models: value.Models}
	p.color = a.colours(p.settings)
	if err := p.openStore(cmd.Context()); err != nil {
		return nil, err
	}
	p.gateway, err = p.openGateway(true)
	return p, err
}

// standing is what has become of a saved plan.
type standing struct {
	Holds   bool          `json:"holds"`
	DoneIn  int           `json:"doneInRun,omitempty"` // the run that carried it out, if that was the last
	Moved   []runner.Move `json:"moved,omitempty"`
	Unknown string        `json:"unknown,omitempty"` // why it cannot be told

	applying string // who is applying now, so that it may not hold for long; "" if nobody is
}

// standing finds out what has become of a saved plan, in the project that it is looked at from.
func (a *app) standing(ctx context.Context, cmd *cobra.Command, s *saved, f planFlags) standing {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return standing{Unknown: err.Error()}
	}
	defer p.close()
	promise, err := p.runnerFor(f).Promise(ctx, s.SavedPlan)
	var stale *runner.StaleError
	switch {
	case errors.As(err, &stale):
		return standing{Moved: stale.Moves}
	case err != nil:
		return standing{Unknown: err.Error()}
	}
	return standing{Holds: true, DoneIn: promise.Done, applying: p.applying(ctx)}
}

// exit is the end of show-plan: a code of its own if the plan does not hold. That it cannot be told is none.
func (now standing) exit() error {
	if len(now.Moved) > 0 {
		return &exit{code: exitRefused}
	}
	return nil
}

func (a *app) standingText(s *saved, now standing) string {
	switch {
	case now.Unknown != "":
		first, _, more := strings.Cut(now.Unknown, "\n")
		if more {
			first += " …"
		}
		return "Whether it still holds cannot be told here: " + first + "\n"
	case len(now.Moved) > 0:
		return fmt.Sprintf("It does not hold any more.  What has moved since it was made:\n%sPlan again: %s\n", a.movesText(now.Moved), a.again("plan", "-o", s.name))
	case now.DoneIn > 0:
		return fmt.Sprintf("It was carried out by run %d.\n", now.DoneIn)
	case now.applying != "":
		return "It holds so far.  " + now.applying + "\n"
	}
	return "It holds.  To do just this: " + a.onSaved("apply", s.name) + "\n"
}

// savedJSON is a saved plan for programs: the plan as plan --json has it, and what there is to know of the file.
type savedJSON struct {
	*runner.Plan
	Saved savedFacts `json:"saved"`
}

type savedFacts struct {
	Made    time.Time           `json:"made"`
	Tool    string              `json:"tool"`
	Options runner.SavedOptions `json:"options"`
	standing
}
