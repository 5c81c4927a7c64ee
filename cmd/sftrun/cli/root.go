package cli

import (
	"errors"
	"slices"
	"strings"

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
		Args:              noSuchCommand,
		PersistentPreRunE: func(cmd *cobra.Command, _ []string) error { a.running = cmd; return noEmptyValue(cmd) },
		RunE:              func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
		Version:           version(),
	}
	root.SetVersionTemplate("sftrun {{.Version}}\n")
	root.SetHelpCommand(helpCommand(root))
	a.globalFlags(root.PersistentFlags())
	root.SetFlagErrorFunc(wrongFlag)
	addGroup(root, "Make datasets", a.initCommand(), a.planCommand(), a.showPlanCommand(), a.applyCommand())
	addGroup(root, "Look at them", a.statusCommand(), a.showCommand(), a.diffCommand(), a.graphCommand(), a.validateCommand())
	addGroup(root, "Keep and clear", a.tagCommand(), a.verifyCommand(), a.gcCommand(), a.answersCommand(), a.jobsCommand())
	addGroup(root, "Know the tool", a.kindsCommand(), a.settingsCommand(), a.emulateCommand(), completionCommand(), a.versionCommand(), exitCodesTopic())
	root.SetHelpCommandGroupID("Know the tool")
	a.completeFlags(root)
	return root
}

// addGroup adds commands that are listed together.
func addGroup(root *cobra.Command, title string, commands ...*cobra.Command) {
	root.AddGroup(&cobra.Group{ID: title, Title: title + ":"})
	for _, c := range commands {
		c.GroupID = title
		root.AddCommand(c)
	}
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
	f.String("store", "", "folder of the store, or s3://BUCKET/PREFIX or gs://BUCKET/PREFIX (.sftrun/store)")
	f.String("output", "", "folder of published files (output)")
	f.String("api-key", "", "key for the model service; better set GEMINI_API_KEY in the environment or in .env")
	f.Bool("no-color", false, "no colours")
}

func exitCodesTopic() *cobra.Command {
	return &cobra.Command{
		Use: "exit-codes", Short: "what the exit codes mean",
		Long: "The exit codes of sftrun:\n\n" + exitCodeTable(),
	}
}

// helpCommand shows the help of a command, and refuses to show that of none.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use: "help [COMMAND]", Short: "document a command and its flags",
		RunE: func(_ *cobra.Command, args []string) error {
			c, rest, err := root.Find(args)
			if err != nil || c == root && len(rest) > 0 {
				return noSuchCommand(root, args)
			}
			c.InitDefaultHelpFlag()
			return c.Help()
		},
	}
}

// noSuchCommand refuses arguments of the program itself, or of a command that has only commands of its own.
func noSuchCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	about := strings.Replace(cmd.CommandPath(), "sftrun", "sftrun help", 1)
	return misuse("no command %q%s  %s lists the commands.", args[0], spelling.DidYouMean(args[0], names), about)
}

// noEmptyValue refuses flags that were given with nothing. As a rule that is a variable of a script that is not set,
// and what it would mean is all that the flag was to keep out.
func noEmptyValue(cmd *cobra.Command) error {
	var err error
	cmd.Flags().Visit(func(f *pflag.Flag) {
		if err == nil && f.Value.Type() == "string" && f.Value.String() == "" {
			err = misuse("--%s is empty: give a value, or leave it out  (sftrun help %s)", f.Name, pathOf(cmd))
		}
	})
	return err
}

// wrongFlag proposes the flag that was probably meant, or says what its value may be.
func wrongFlag(cmd *cobra.Command, err error) error {
	var unknown *pflag.NotExistError
	var invalid *pflag.InvalidValueError
	switch {
	case errors.As(err, &invalid):
		return misuse("--%s %s: give %s  (sftrun help %s)", invalid.GetFlag().Name, invalid.GetValue(), valueOf(invalid.GetFlag()), pathOf(cmd))
	case !errors.As(err, &unknown):
		return misuse("%v  (sftrun help %s)", err, pathOf(cmd))
	}
	name := "--" + unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		name = name[1:]
	}
	return misuse("no flag %s%s  sftrun help %s lists the flags.", name, spelling.DidYouMean(name, flagsOf(cmd)), pathOf(cmd))
}

// valueOf says what may be given to a flag.
func valueOf(f *pflag.Flag) string {
	switch f.Value.Type() {
	case "int":
		return "a whole number"
	case "bool":
		return "true or false, or the flag alone"
	}
	return "a " + f.Value.Type()
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
			return misuse("%s takes no argument, and got %q  (sftrun help %s)", pathOf(cmd), args, pathOf(cmd))
		}
		return misuse("%s takes %s  (sftrun help %s)", pathOf(cmd), what, pathOf(cmd))
	}
}

// pathOf is a command as its user writes it, without the program's name: "answers export".
func pathOf(cmd *cobra.Command) string {
	_, path, _ := strings.Cut(cmd.CommandPath(), " ")
	return path
}

// atMostOne refuses more than one argument; what says what it is.
func atMostOne(what string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) > 1 {
			return misuse("%s takes %s at most, and got %q  (sftrun help %s)", cmd.Name(), what, args, cmd.Name())
		}
		return nil
	}
}
