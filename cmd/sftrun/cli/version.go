package cli

import (
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"

	"sftrun.local/runner"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use: "version", Short: "say which version this is", Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun version\n  sftrun version --json",
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				return a.printJSON(map[string]any{"version": version(), "go": runtime.Version(), "keyScheme": runner.Scheme})
			}
			a.printf("sftrun %s   (%s, key scheme %d)\n", version(), runtime.Version(), runner.Scheme)
			return nil
		},
	}
}

// version is that of the module if it was built as one, else the commit that it was built from.
func version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "unknown"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	for _, s := range info.Settings {
		if s.Key == "vcs.revision" && len(s.Value) >= 7 {
			return "built from " + s.Value[:7]
		}
	}
	return "built from source"
}
