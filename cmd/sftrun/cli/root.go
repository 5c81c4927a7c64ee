package cli

import (
	"errors"
	"slices"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"sftrun.local/cmd/sftrun/cli/spelling"
)

const about = `sftrun makes datasets of reasoning traces from a pipeline that you declare in pipeline.cue.

plan says which steps would run, why, on how many rows and for how much money; apply does just that. What was made
once is never made again unless something that it depends on has changed, and no answer of a model is paid for twice.`

const aboutExamples = `  sftrun init my-traces       a small pipeline that runs at once, offline and for nothing
  cd my-traces
  sftrun plan                 what would run, why and what it would cost
  sftrun apply                do it
  sftrun show transform       look at the rows that came out`

// root is the program with all its commands.
func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use: "sftrun", Short: "makes datasets of reasoning traces from a declared pipeline", Long: about, Example: aboutExamples,
		SilenceErrors: true, SilenceUsage: true,
		Args: noSuchCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	a.globalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(wrongFlag)
	root.AddCommand(
		a.initCommand(), a.planCommand(), a.applyCommand(), a.statusCommand(), a.showCommand(), a.kindsCommand(),
		a.settingsCommand(), a.validateCommand(), a.versionCommand(), exitCodesTopic(),
	)
	return root
}

// globalFlags are the flags that every command takes.
func (a *app) globalFlags(f *pflag.FlagSet) {
	f.StringVarP(&a.dir, "dir", "C", ".", "folder of pipeline.cue; paths are relative to it")
	f.StringVar(&a.variant, "variant", "", "variant of the pipeline: the folder variants/NAME")
	f.StringArrayVarP(&a.tags, "tag", "t", nil, "name=value for a field marked @tag(name); may be repeated")
	f.BoolVar(&a.json, "json", false, "write JSON, for programs")
	f.BoolVarP(&a.verbose, "verbose", "v", false, "say more")
	f.BoolVarP(&a.quiet, "quiet", "q", false, "say only how it ended")
	f.Int("workers", 0, "actions executed at once (0 = as many as CPUs)")
	f.String("store", "", "folder of the store (.sftrun/store)")
	f.String("output", "", "folder of published files (output)")
	f.String("api-key", "", "key for the model service; better set in the environment or in .env")
	f.Bool("no-color", false, "no colours")
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "what the exit codes mean",
		Long: "The exit codes of sftrun:\n\n" + exitCodeTable(),
	}
}

// noSuchCommand refuses arguments of the program itself.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return misuse("no command %q%s  sftrun help lists the commands.", args[0], spelling.DidYouMean(args[0], names))
}

// wrongFlag proposes the flag that was probably meant.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return misuse("%v  (sftrun help %s)", err, cmd.Name())
	}
	name := "--" + unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		name = name[1:]
	}
	return misuse("no flag %s%s  sftrun help %s lists the flags.", name, spelling.DidYouMean(name, flagsOf(cmd)), cmd.Name())
}

func flagsOf(cmd *cobra.Command) []string {
	var names []string
	cmd.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
	slices.Sort(names)
	return names
}

// exactly refuses more or fewer arguments than a command takes; what says what they are.
func exactly(n int, what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == n {
			return nil
		}
		if n == 0 {
			return misuse("%s takes no argument, and got %q  (sftrun help %s)", cmd.Name(), args, cmd.Name())
		}
		return misuse("%s takes %s  (sftrun help %s)", cmd.Name(), what, cmd.Name())
	}
}
