package cli

import (
	"path/filepath"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/cmd/sftrun/cli/settings"
)

const settingsAbout = `Shows each setting of this machine, its value, and where it was found. What a pipeline makes does not depend on
them: that stands in pipeline.cue.

Later ones win:
  1. what is built in, and the token of the Hugging Face Hub that hf auth login has left
  2. sftrun/settings.cue in your configuration folder (on Linux ~/.config), for all projects
  3. .sftrun/settings.cue in the project, for this machine:   workers: 4
  4. .env in the project, lines NAME=value
  5. the environment
  6. flags
A setting that does not exist is an error in each of them. Secrets are never shown.

Their flags, and their variables in the environment and in .env, of which the first that is set counts:
`

func (a *app) settingsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "settings", Short: "show the settings of this machine and where each was found", Long: settingsAbout + figures.Table(settings.Places(), 1, 2), Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun settings\n  SFTRUN_WORKERS=2 sftrun settings --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.showSettings(cmd) },
	}
}

func (a *app) showSettings(cmd *cobra.Command) error {
	folder, err := filepath.Abs(a.dir)
	if err != nil {
		return err
	}
	if err := a.checkHome(folder, filepath.Join(folder, stateFolder)); err != nil {
		return err
	}
	s, err := a.loadSettings(cmd, folder)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(s.Entries())
	}
	rows := [][]string{}
	for _, e := range s.Entries() {
		rows = append(rows, []string{e.Name, e.Value, e.Origin, e.Doc})
	}
	a.print(figures.Table(rows, 1, 2, 3))
	return nil
}
