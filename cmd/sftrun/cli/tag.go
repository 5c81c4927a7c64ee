package cli

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

const tagAbout = `Gives a run a name: the last run of the pipeline and variant, or the one with the number RUN. Without a name it lists
the tags. What a tagged run rests on is kept by gc, and commands that take a run take its tag as well.

(The flag -t, --tag is something else: a value for a field that pipeline.cue marks @tag.)`

type tagFlags struct {
	remove bool
	force  bool
}

func (a *app) tagCommand() *cobra.Command {
	var f tagFlags
	c := &cobra.Command{
		Use: "tag [NAME [RUN]]", Short: "name a run, so that gc keeps it", Long: tagAbout, Args: f.args, ValidArgsFunction: arguments(a.tagNames, a.runNumbers),
		Example: "  sftrun tag paper              the last run\n  sftrun tag paper 1            run 1\n  sftrun tag paper 2 --force    move it\n  sftrun tag                    list them\n  sftrun tag --delete paper",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.tag(cmd.Context(), cmd, args, f) },
	}
	c.Flags().BoolVar(&f.remove, "delete", false, "take the tag away; the run stays until a gc")
	c.Flags().BoolVar(&f.force, "force", false, "move a tag that names another run")
	return c
}

// args refuses what is no name with at most one run, which may be written "run 12".
func (f *tagFlags) args(_ *cobra.Command, args []string) error {
	if len(args) > 0 {
		if err := runner.CheckTag(args[0]); err != nil {
			return misuse("%v  (sftrun help tag)", err)
		}
	}
	switch {
	case len(args) > 0 && args[0] == "base" && !f.remove:
		return misuse(`"base" cannot be a tag: diff takes it for the pipeline without variant  (sftrun help tag)`)
	case f.remove && len(args) != 1:
		return misuse("tag --delete takes the name of a tag  (sftrun help tag)")
	case f.remove && f.force:
		return misuse("--delete and --force cannot both be meant: --force moves a tag  (sftrun help tag)")
	case f.force && len(args) == 0:
		return misuse("tag --force takes the name of a tag  (sftrun help tag)")
	case len(args) > 3 || len(args) == 3 && args[1] != "run":
		return misuse("tag takes a name and at most one run, and got %q  (sftrun help tag)", args)
	}
	return nil
}

func (a *app) tag(ctx context.Context, cmd *cobra.Command, args []string, f tagFlags) error {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	r := p.runnerFor(planFlags{})
	if len(args) == 0 {
		return p.listTags(ctx, r)
	}
	release, err := p.tagStore(ctx)
	if err != nil {
		return err
	}
	defer release()
	if f.remove {
		return p.deleteTag(ctx, r, args[0])
	}
	return p.setTag(ctx, r, args[0], strings.Join(args[1:], " "), f.force)
}

func (p *project) setTag(ctx context.Context, r *runner.Runner, name, of string, move bool) error {
	run, err := r.FindRun(ctx, of)
	if err != nil {
		return err
	}
	if err := r.SetTag(ctx, name, run, move); err != nil {
		return err
	}
	if p.json {
		return p.printJSON(map[string]any{"name": name, "run": run.Number})
	}
	if !p.quiet {
		p.printf("%s names run %d:\n%s", name, run.Number, figures.Table([][]string{p.runCells(*run)}, 1, 2, 3, 4, 5))
	}
	return nil
}

func (p *project) deleteTag(ctx context.Context, r *runner.Runner, name string) error {
	tag, err := r.DeleteTag(ctx, name)
	switch {
	case err != nil:
		return err
	case p.json:
		return p.printJSON(tag)
	case p.quiet:
	case tag.Damaged:
		p.printf("%s is deleted; it was damaged.\n", name)
	default:
		p.printf("%s is deleted; it named run %d.\n", name, tag.Run)
	}
	return nil
}

func (p *project) listTags(ctx context.Context, r *runner.Runner) error {
	tags, err := runner.Tags(ctx, p.store)
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(map[string]any{"tags": append([]runner.Tag{}, tags...)})
	}
	if len(tags) == 0 {
		p.printf("No tag yet.  To name the last run: %s\n", p.again("tag", "NAME"))
		return nil
	}
	var rows [][]string
	for _, t := range tags {
		rows = append(rows, p.tagCells(ctx, r, t))
	}
	p.print(figures.Table(rows, 1, 2, 3, 4, 5))
	return nil
}

func (p *project) tagCells(ctx context.Context, r *runner.Runner, t runner.Tag) []string {
	if t.Damaged {
		return []string{t.Name, "damaged: set it again with " + p.again("tag", t.Name, "RUN")}
	}
	run, err := r.FindRun(ctx, t.Name)
	if err != nil {
		return []string{t.Name, err.Error()}
	}
	cells := p.runCells(*run)
	return append([]string{t.Name, cells[0], figures.Day(run.Started.Local(), time.Now())}, cells[2:]...)
}

// tagsInWords lists tags as "paper (run 12)".
func tagsInWords(runs []runner.KeptRun) string {
	var all []string
	for _, r := range runs {
		for _, t := range r.Tags {
			all = append(all, fmt.Sprintf("%s (run %d)", t, r.Run))
		}
	}
	return strings.Join(all, ", ")
}
