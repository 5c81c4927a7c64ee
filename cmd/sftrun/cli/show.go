package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

const showAbout = `Shows rows that a step handed on, with the columns that publication adds; with --rejects those that it did not, and
why. With --row it follows one row from the file that it came from through all steps.

--json writes the rows whole, one a line. It works while an apply is under way.`

type showFlags struct {
	rejects bool
	row     string
	most    int
	maxRows int
}

func (a *app) showCommand() *cobra.Command {
	var f showFlags
	c := &cobra.Command{
		Use: "show STEP", Short: "look at rows of a step, and at the way of one row", Long: showAbout,
		Args: exactly(1, "the name of a step"), ValidArgsFunction: arguments(a.stepNames),
		Example: "  sftrun show transform\n  sftrun show filter --rejects -n 20\n  sftrun show filter --row example-1\n  sftrun show transform --json -n 0 | head",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.show(cmd.Context(), cmd, args[0], f) },
	}
	c.Flags().BoolVar(&f.rejects, "rejects", false, "rows that were not handed on, and why")
	c.Flags().StringVar(&f.row, "row", "", "the way of the row with this id through all steps")
	c.Flags().IntVarP(&f.most, "rows", "n", 5, "most rows to show (0 = all)")
	c.Flags().IntVar(&f.maxRows, "max-rows", 0, "look at the trial of an apply with the same --max-rows")
	return c
}

// check refuses flags that cannot be meant.
func (f showFlags) check(cmd *cobra.Command) error {
	switch {
	case f.most < 0:
		return misuse("-n %d: give the number of rows, or 0 for all", f.most)
	case f.row != "" && (f.rejects || cmd.Flags().Changed("rows")):
		return misuse("--row shows the way of one row, and takes neither --rejects nor -n  (sftrun help show)")
	}
	trial := planFlags{maxRows: f.maxRows}
	return trial.check()
}

func (a *app) show(ctx context.Context, cmd *cobra.Command, step string, f showFlags) error {
	if err := f.check(cmd); err != nil {
		return err
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	r := p.runnerFor(planFlags{maxRows: f.maxRows})
	if f.row != "" {
		trails, err := r.Trace(ctx, step, f.row)
		if err != nil {
			return err
		}
		return p.showTrails(trails)
	}
	v, err := r.Show(ctx, step, f.rejects, f.most)
	if err != nil {
		return err
	}
	return p.showRows(v, f.rejects)
}

func (p *project) showRows(v *runner.View, rejects bool) error {
	if p.json {
		for row, err := range v.Rows {
			if err != nil {
				return err
			}
			p.printf("%s\n", row)
		}
		return nil
	}
	p.printf("%s   %s\n", v.Step, tallyOf(v.Tally))
	most := shownFigures
	if p.verbose {
		most = 0
	}
	p.print(allFigures(v.Tally, "  ", most))
	if rejects && v.Count == 0 {
		p.print("No row was left out.\n")
	}
	shown := 0
	for row, err := range v.Rows {
		if err != nil {
			return err
		}
		p.print("\n" + rowText(row))
		shown++
	}
	if shown < v.Count {
		p.printf("\n%s of %s shown.  More: -n N, all: -n 0\n", figures.Count(shown), figures.Of(v.Count, "row"))
	}
	return nil
}

// tallyOf says what became of the rows of a step.
func tallyOf(t runner.Tally) string {
	text := ""
	if t.In > 0 {
		text = figures.Count(t.In) + " in → "
	}
	text += figures.Count(t.Out) + " out"
	if n := t.Drops(); n > 0 {
		text += fmt.Sprintf(", %s dropped (%s)", figures.Count(n), tallied(t.Dropped))
	}
	if n := t.Failures(); n > 0 {
		text += fmt.Sprintf(", %s failed (%s)", figures.Count(n), tallied(t.Failed))
	}
	return text
}

func (p *project) showTrails(trails []runner.Trail) error {
	for i, t := range trails {
		if p.json {
			if err := p.printJSON(t); err != nil {
				return err
			}
			continue
		}
		if i > 0 {
			p.print("\n")
		}
		p.print(figures.Table(passages(t), 1, 2) + "\n" + rowText(t.Row))
	}
	return nil
}

// passages says what became of a row in each step.
func passages(t runner.Trail) [][]string {
	var rows [][]string
	for _, s := range t.Passages {
		what := s.State
		if s.Reason != "" {
			what += ": " + s.Reason
		}
		if s.Detail != "" {
			what += " (" + s.Detail + ")"
		}
		where := fmt.Sprintf("part %d, row %d", s.Part, s.Line)
		if s.Shard != "" {
			where = fmt.Sprintf("%s, row %d", s.Shard, s.Origin)
		}
		rows = append(rows, []string{s.Step, what, where})
	}
	return rows
}
