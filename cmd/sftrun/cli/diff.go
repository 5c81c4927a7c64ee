package cli

import (
	"context"
	"strconv"

	"github.com/spf13/cobra"
)

const diffAbout = `Says what is different between two datasets, and between the pipelines that made them. A and B are each

  12, "run 12", run:12   what there was by the end of that run (sftrun status lists them)
  paper, run:paper       the same for a run that was named so (sftrun tag)
  midlength              the variant as it stands now: variants/midlength
  base or -              the pipeline without variant, as it stands now

Where a variant and a tag have the same name, write variant:NAME or run:NAME. With one run alone, that run is A and the
pipeline as it stands is B (with --variant, that variant as it stands); with one variant alone, it is B and the pipeline
without it is A. With nothing, the last two runs that were complete or partial are compared, with --variant those of
that variant.

A row is the same in both if its id and all its bytes are; it has changed if its id is in both with other bytes. What
publication adds (sample_meta, transform_meta) is not compared. Tokens are those of the think blocks of a row, 0 for a
row without any, counted for both sides with the encoding that a step of B names, else cl100k_base. Percentiles are
values that occur (nearest rank).

Rows are read part by part, and a part that both sides share is read once. Kept in memory are 32 bytes for each row of
the step at hand that lies in a part of one side alone, 4 bytes for the tokens of each row, and about 40 for each
distinct text.`

type diffFlags struct {
	step     string
	most     int
	markdown bool
	config   bool
}

func (a *app) diffCommand() *cobra.Command {
	var f diffFlags
	c := &cobra.Command{
		Use: "diff [A [B]]", Short: "say what is different between two runs or variants: pipeline, rows, tokens, cost", Long: diffAbout,
		Example: "  sftrun diff                       the last two runs\n  sftrun diff 1                     what has changed since run 1\n" +
			"  sftrun diff midlength             what the variant does\n  sftrun diff midlength terse -n 10\n" +
			"  sftrun diff 1 2 --step filter     one step\n  sftrun diff 1 2 --config -v       the pipelines alone, with the lines of prompts that differ\n" +
			"  sftrun diff 1 2 --md              a report for a pull request",
		ValidArgsFunction: arguments(a.sideNames, a.sideNames),
		RunE:              func(cmd *cobra.Command, args []string) error { return a.diff(cmd.Context(), cmd, args, f) },
	}
	c.Flags().StringVar(&f.step, "step", "", "this step only")
	c.Flags().IntVarP(&f.most, "rows", "n", 3, "most rows to show of those that changed, and of those on one side only (0 = none)")
	c.Flags().BoolVar(&f.markdown, "md", false, "write Markdown")
	c.Flags().BoolVar(&f.config, "config", false, "compare the pipelines alone, and read no rows")
	return c
}

// check refuses flags that cannot be meant.
func (f diffFlags) check(a *app) error {
	switch {
	case f.most < 0:
		return misuse("-n %d: give the number of rows, or 0 for none", f.most)
	case f.markdown && a.json:
		return misuse("--md and --json: give one of them")
	}
	return nil
}

func (a *app) diff(ctx context.Context, cmd *cobra.Command, args []string, f diffFlags) error {
	args = joinRuns(args)
	if len(args) > 2 {
		return misuse("diff takes at most two runs or variants, and got %q  (sftrun help diff)", args)
	}
	if len(args) == 2 && a.variant != "" {
		return misuse("diff A B takes no --variant: name the variant as A or B  (sftrun help diff)")
	}
	if err := f.check(a); err != nil {
		return err
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	d := &differ{project: p, flags: f}
	report, err := d.compare(ctx, args)
	if err != nil {
		return err
	}
	switch {
	case p.json:
		return p.printJSON(report)
	case f.markdown:
		p.print(markdown(report, p.verbose))
	default:
		p.print(diffText(report, p.verbose))
	}
	return nil
}

// joinRuns takes "run" and a number for one argument.
func joinRuns(args []string) []string {
	var joined []string
	for i := 0; i < len(args); i++ {
		if args[i] == "run" && i+1 < len(args) && isNumber(args[i+1]) {
			i++
			joined = append(joined, args[i])
			continue
		}
		joined = append(joined, args[i])
	}
	return joined
}

func isNumber(text string) bool {
	_, err := strconv.ParseUint(text, 10, 32)
	return err == nil
}
