package cli

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/schema"
)

const gcAbout = `Shows what in the store nothing rests on, and with --delete deletes it. Kept is what these rest on: tagged runs, the
last runs of each pipeline and variant (--keep), and the pipeline with all its variants as they stand now, with the
values of -t that are given. A run all of whose data are kept thereby is kept too.

The newest run of each pipeline and variant is always kept, also with --keep 0, and also those of other projects that
share the store. Runs of pipelines of one name count together, so projects that share a store should name them apart.

Always kept: the records of all runs (what they did, and what they cost) and all answers of models. The store does not
know which answers a kept run could use, so none is deleted.

A run that loses its data can be made again: what it asked of models is answered already.`

type gcFlags struct {
	keep   int
	delete bool
}

func (a *app) gcCommand() *cobra.Command {
	var f gcFlags
	c := &cobra.Command{
		Use: "gc", Short: "delete what no run that is kept rests on", Long: gcAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun gc                      show it, delete nothing\n  sftrun gc --keep 3\n  sftrun tag paper 1             keep run 1 for good\n  sftrun gc --delete",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.gc(cmd.Context(), cmd, f) },
	}
	c.Flags().IntVar(&f.keep, "keep", 10, "last runs to keep of each pipeline and variant; the newest always is")
	c.Flags().BoolVar(&f.delete, "delete", false, "delete it")
	return c
}

func (a *app) gc(ctx context.Context, cmd *cobra.Command, f gcFlags) error {
	if f.keep < 0 {
		return misuse("--keep %d: give the number of runs to keep; the newest is always kept", f.keep)
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	if f.delete {
		alone, release, err := p.alone(ctx)
		if err != nil {
			return err
		}
		defer release()
		ctx = alone
	}
	ctx, done := endedByCtrlC(ctx)
	defer done()
	err = p.collect(ctx, f)
	switch {
	case err != nil && ctx.Err() != nil && f.delete:
		return &exit{exitInterrupted, "Stopped: some may be deleted, and the store is sound.  To go on: " + p.again("gc", "--delete")}
	case err != nil && ctx.Err() != nil:
		return &exit{code: exitInterrupted}
	}
	return err
}

// collect finds the garbage, deletes it if that is wanted, and tells of it.
func (p *project) collect(ctx context.Context, f gcFlags) error {
	present, variants, err := p.present(ctx)
	if err != nil {
		return err
	}
	g, err := runner.FindGarbage(ctx, p.store, runner.GCOptions{Keep: f.keep, Present: present})
	if err != nil {
		return err
	}
	if f.delete {
		if err := p.removeGarbage(ctx, g); err != nil {
			return err
		}
	}
	return p.showGarbage(g, f, variants)
}

// present gives runners of the pipeline and all its variants as they stand.
func (p *project) present(ctx context.Context) (all []*runner.Runner, variants []string, err error) {
	variants = schema.Variants(p.folder)
	for _, variant := range append([]string{""}, variants...) {
		pipeline, err := schema.Load(ctx, schema.Options{Dir: p.folder, Variant: variant, Tags: p.tags, Kinds: p.definitions()})
		if err != nil && variant != "" {
			return nil, nil, fmt.Errorf("%w\nSo what the variant %s rests on cannot be told.  Nothing was deleted.  Mend it, or move its folder out of variants", err, variant)
		}
		if err != nil {
			return nil, nil, err
		}
		o := p.options()
		o.Pipeline, o.Variant = pipeline, variant
		all = append(all, runner.New(o))
	}
	return all, variants, nil
}

func (p *project) removeGarbage(ctx context.Context, g *runner.Garbage) error {
	t := p.newTicker()
	defer t.end()
	all, _ := weightOf(g.Delete)
	err := g.Remove(ctx, func(done int) {
		t.show(func() string { return fmt.Sprintf("%s of %s deleted", figures.Count(done), figures.Count(all)) })
	})
	if err != nil {
		return err
	}
	return p.sweep(ctx)
}

func weightOf(classes []runner.Class) (count int, bytes int64) {
	for _, c := range classes {
		count += c.Count
		bytes += c.Bytes
	}
	return count, bytes
}

func (p *project) showGarbage(g *runner.Garbage, f gcFlags, variants []string) error {
	if p.json {
		return p.printJSON(struct {
			*runner.Garbage
			Deleted bool `json:"deleted"`
		}{g, f.delete})
	}
	if !p.quiet {
		p.print(p.keptText(g, f, variants))
	}
	count, bytes := weightOf(g.Delete)
	switch {
	case count == 0:
		p.print("Nothing to delete.\n")
	case f.delete:
		p.printf("Deleted: %s   %s\n", countsInWords(g.Delete), figures.Size(bytes))
	default:
		p.printf("To delete these %s: %s\n", figures.Size(bytes), p.again("gc", "--delete"))
	}
	return nil
}

// keptText says what is kept and why, and what goes.
func (p *project) keptText(g *runner.Garbage, f gcFlags, variants []string) string {
	text := figures.Table(append(classRows("keeps", g.Keep), classRows("deletes", g.Delete)...), 1) + "\n"
	present := "the pipeline as it stands"
	if len(variants) > 0 {
		present += " and its variants (" + strings.Join(variants, ", ") + ")"
	}
	text += "Kept: " + present
	if last := p.lastRuns(g.Runs); last != "" {
		text += fmt.Sprintf("; the last %s of each pipeline and variant: %s", lastInWords(max(f.keep, 1)), last)
	}
	if tagged := tagsInWords(g.Runs); tagged != "" {
		text += "; tagged: " + tagged
	}
	text += ".\n"
	if len(g.Loses) > 0 {
		text += fmt.Sprintf("Without data then: %s.  What was done and what it cost stays in sftrun status -v.\n", p.lostRuns(g.Loses))
	}
	return text + "\n"
}

func lastInWords(runs int) string {
	if runs == 1 {
		return "run"
	}
	return figures.Of(runs, "run")
}

// classRows are the rows of a table of what is kept or deleted. Files that sftrun did not store are not listed.
func classRows(what string, all []runner.Class) [][]string {
	var rows [][]string
	for _, c := range all {
		if slices.Contains([]string{"other", "removed", "leases"}, c.Name) {
			continue
		}
		rows = append(rows, []string{what, c.Name, figures.Count(c.Count), figures.Size(c.Bytes)})
		what = ""
	}
	return rows
}
