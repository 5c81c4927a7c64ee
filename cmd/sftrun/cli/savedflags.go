package cli

import (
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sftrun.local/runner"
)

// An adoptedFlag is a flag with the values that a saved plan was made with; none if it was not given.
type adoptedFlag struct {
	name   string
	values []string
}

func adoptedFlags(o runner.SavedOptions) []adoptedFlag {
	return []adoptedFlag{
		{"variant", given(o.Variant)}, {"tag", o.Tags}, {"target", given(o.Target)}, {"max-rows", givenNumber(o.MaxRows)},
		{"retry-failed", givenSwitch(o.RetryFailed)}, {"force", givenSwitch(o.Force)},
	}
}

func given(value string) []string {
	if value == "" {
		return nil
	}
	return []string{value}
}

func givenNumber(n int) []string {
	if n == 0 {
		return nil
	}
	return []string{strconv.Itoa(n)}
}

func givenSwitch(on bool) []string {
	if !on {
		return nil
	}
	return []string{"true"}
}

// adopt gives a command the flags that a saved plan was made with. Those that contradict it are refused.
func (a *app) adopt(cmd *cobra.Command, s *saved) error {
	all := adoptedFlags(s.Options)
	for _, want := range all {
		if f := cmd.Flags().Lookup(want.name); f.Changed && !slices.Equal(valuesOf(f), sorted(want.values)) {
			return a.contradiction(s, f, want.values)
		}
	}
	for _, want := range all {
		if cmd.Flags().Lookup(want.name).Changed {
			continue // it was given as well
		}
		for _, value := range want.values {
			if err := cmd.Flags().Set(want.name, value); err != nil {
				return err
			}
		}
	}
	return a.adoptPlaces(cmd, s)
}

// adoptPlaces has the folders of the store and of the published files be those of the plan, wherever else they would be.
func (a *app) adoptPlaces(cmd *cobra.Command, s *saved) error {
	folder, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	now, err := a.loadSettings(cmd, folder)
	if err != nil {
		return err
	}
	for _, place := range []struct{ flag, was, is string }{{"store", s.Options.Store, now.Store}, {"output", s.Options.Output, now.Output}} {
		f := cmd.Flags().Lookup(place.flag)
		switch {
		case within(folder, place.was) == place.is:
		case f.Changed:
			return a.contradiction(s, f, given(place.was))
		default:
			if err := cmd.Flags().Set(place.flag, place.was); err != nil {
				return err
			}
		}
	}
	return nil
}

func (a *app) contradiction(s *saved, f *pflag.Flag, was []string) error {
	made := "without --" + f.Name
	if len(was) > 0 {
		made = "with " + asGiven(f, was)
	}
	return misuse("%s contradicts %s, which was made %s.  Leave the flag out, or make another plan: %s",
		asGiven(f, valuesOf(f)), s.name, made, a.again("plan", "-o", s.name))
}

// asGiven is a flag as it stands on a command line.
func asGiven(f *pflag.Flag, values []string) string {
	if f.NoOptDefVal != "" {
		return "--" + f.Name + strings.TrimPrefix("="+strings.Join(values, ""), "=true")
	}
	var words []string
	for _, v := range values {
		words = append(words, "--"+f.Name, v)
	}
	return quoted(words)
}

// valuesOf a flag, sorted; none for what it is without being given.
func valuesOf(f *pflag.Flag) []string {
	if list, ok := f.Value.(pflag.SliceValue); ok {
		return sorted(list.GetSlice())
	}
	if f.Value.String() == f.DefValue {
		return nil
	}
	return []string{f.Value.String()}
}

func sorted(values []string) []string { return slices.Sorted(slices.Values(values)) }
