package cli

import (
	"regexp"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// private flags are not carried over to the commands that are proposed: they say how one call shows its results, and a
// key is not written where others may read it.
var private = []string{"help", "json", "verbose", "quiet", "no-color", "api-key", "detailed-exitcode", "dry-run", "rejects", "rows", "row"}

// again is the command line that does something more about the same job: a command with words of its own, then the
// flags of this call that the command takes as well. Without them it would do another job.
func (a *app) again(name string, more ...string) string { return a.againWithout("", name, more...) }

// againWithout is again, but for one flag of this call.
func (a *app) againWithout(flag, name string, more ...string) string {
	words := append([]string{"sftrun", name}, more...)
	if a.running == nil {
		return quoted(words)
	}
	next, _, err := a.running.Root().Find([]string{name})
	if err != nil {
		next = a.running
	}
	a.running.Flags().Visit(func(f *pflag.Flag) {
		if f.Name != flag && !slices.Contains(private, f.Name) && !slices.Contains(more, "--"+f.Name) && takes(next, f.Name) {
			words = append(words, spelled(f)...)
		}
	})
	return quoted(words)
}

// takes tells whether a command has a flag.
func takes(c *cobra.Command, flag string) bool {
	return c.Flags().Lookup(flag) != nil || c.InheritedFlags().Lookup(flag) != nil
}

// spelled is a flag as it would be given again.
func spelled(f *pflag.Flag) []string {
	name := "--" + f.Name
	if f.Shorthand != "" {
		name = "-" + f.Shorthand
	}
	switch value := f.Value.(type) {
	case pflag.SliceValue:
		var words []string
		for _, v := range value.GetSlice() {
			words = append(words, name, v)
		}
		return words
	default:
		if f.Value.String() == f.DefValue {
			return nil
		}
		if f.NoOptDefVal != "" {
			return []string{name}
		}
		return []string{name, f.Value.String()}
	}
}

// harmless are words that mean to a POSIX shell what they say.
var harmless = regexp.MustCompile(`^[\pL\pN_@%+=:,./-]+$`)

// quoted joins words to a line that a POSIX shell takes apart into the same words.
func quoted(words []string) string {
	line := make([]string, len(words))
	for i, w := range words {
		line[i] = w
		if !harmless.MatchString(w) {
			line[i] = "'" + strings.ReplaceAll(w, "'", `'\''`) + "'"
		}
	}
	return strings.Join(line, " ")
}
