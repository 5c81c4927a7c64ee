package cli

import (
	"strconv"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
	"sftrun.local/schema"
)

// words gives the words that may stand somewhere on the command line; none where they cannot be told.
type words func(cmd *cobra.Command) []string

// arguments completes each argument with words of its own, and none that follow.
func arguments(all ...words) cobra.CompletionFunc {
	return func(cmd *cobra.Command, args []string, _ string) ([]string, cobra.ShellCompDirective) {
		if len(args) >= len(all) {
			return nil, cobra.ShellCompDirectiveNoFileComp
		}
		return all[len(args)](cmd), cobra.ShellCompDirectiveNoFileComp
	}
}

// foldersOnly completes folders.
func foldersOnly(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	return nil, cobra.ShellCompDirectiveFilterDirs
}

// completeFlags completes the values of flags, of all commands that have them.
func (a *app) completeFlags(root *cobra.Command) {
	values := map[string]cobra.CompletionFunc{
		"variant": value(a.variantNames), "target": value(a.stepNames), "step": value(a.stepNames),
		"dir": foldersOnly, "store": foldersOnly, "output": foldersOnly,
	}
	for _, c := range append(root.Commands(), root) {
		for name, complete := range values {
			if c.LocalFlags().Lookup(name) != nil {
				cobra.CheckErr(c.RegisterFlagCompletionFunc(name, complete)) // fails for flags that are not there
			}
		}
	}
}

// value completes the value of a flag.
func value(w words) cobra.CompletionFunc {
	return func(cmd *cobra.Command, _ []string, _ string) ([]string, cobra.ShellCompDirective) {
		return w(cmd), cobra.ShellCompDirectiveNoFileComp
	}
}

func (a *app) kindNames(*cobra.Command) []string {
	names := []string{"pipeline"}
	for _, k := range a.kinds {
		names = append(names, k.Name)
	}
	return names
}

func (a *app) variantNames(*cobra.Command) []string { return schema.Variants(a.dir) }

func (a *app) stepNames(cmd *cobra.Command) []string {
	pipeline, err := schema.Load(cmd.Context(), schema.Options{Dir: a.dir, Variant: a.variant, Tags: a.tags, Kinds: a.definitions()})
	if err != nil {
		return nil
	}
	var names []string
	for _, s := range pipeline.Steps {
		names = append(names, s.Name)
	}
	return names
}

// tagNames are the tags of runs.
func (a *app) tagNames(cmd *cobra.Command) []string {
	p, err := a.openProject(cmd.Context(), cmd, true)
	if err != nil {
		return nil
	}
	defer p.close()
	tags, err := runner.Tags(cmd.Context(), p.store)
	if err != nil {
		return nil
	}
	var names []string
	for _, t := range tags {
		names = append(names, t.Name)
	}
	return names
}

// runNumbers are those of the runs, with when they were.
func (a *app) runNumbers(cmd *cobra.Command) []string {
	p, err := a.openProject(cmd.Context(), cmd, true)
	if err != nil {
		return nil
	}
	defer p.close()
	runs, err := p.runnerFor(planFlags{}).History(cmd.Context())
	if err != nil {
		return nil
	}
	var numbers []string
	for _, r := range runs {
		numbers = append(numbers, cobra.CompletionWithDesc(strconv.Itoa(r.Number), p.runCells(r)[1]))
	}
	return numbers
}

// sideNames are what diff compares.
func (a *app) sideNames(cmd *cobra.Command) []string {
	names := append(a.variantNames(cmd), "base")
	return append(append(names, a.tagNames(cmd)...), a.runNumbers(cmd)...)
}
