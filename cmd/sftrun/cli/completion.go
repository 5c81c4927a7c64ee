package cli

import (
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/spelling"
)

const completionAbout = `Writes a script by which a shell completes commands, flags, and the names of steps, kinds, variants, runs and tags.`

const completionExamples = `  source <(sftrun completion bash)                   in ~/.bashrc; it needs the package bash-completion
  source <(sftrun completion zsh)                    in ~/.zshrc, after compinit
  sftrun completion fish | source                    in ~/.config/fish/config.fish
  sftrun completion powershell | Out-String | Invoke-Expression`

// shells are those that there is a script for.
var shells = []string{"bash", "zsh", "fish", "powershell"}

func completionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "completion SHELL", Short: "write a script for completion in a shell", Long: completionAbout, Example: completionExamples,
		Args: knownShell, ValidArgs: shells,
		RunE: func(cmd *cobra.Command, args []string) error { return writeCompletion(cmd.Root(), args[0]) },
	}
}

func knownShell(_ *cobra.Command, args []string) error {
	switch {
	case len(args) != 1:
		return misuse("completion takes the name of a shell: %s  (sftrun help completion)", strings.Join(shells, ", "))
	case !slices.Contains(shells, args[0]):
		return misuse("no script for %q%s  Shells: %s", args[0], spelling.DidYouMean(args[0], shells), strings.Join(shells, ", "))
	}
	return nil
}

func writeCompletion(root *cobra.Command, shell string) error {
	out := root.OutOrStdout()
	switch shell {
	case "bash":
		return root.GenBashCompletionV2(out, true)
	case "zsh":
		return root.GenZshCompletion(out)
	case "fish":
		return root.GenFishCompletion(out, true)
	}
	return root.GenPowerShellCompletionWithDesc(out)
}
