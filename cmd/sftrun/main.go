// Command sftrun plans and applies pipelines that make datasets of reasoning traces.
package main

import (
	"context"
	"os"

	"sftrun.local/cmd/sftrun/cli"
	"sftrun.local/steps/all"
)

func main() {
	os.Exit(cli.ExitCode(cli.Run(context.Background(), os.Args[1:], cli.Standard(), all.Kinds())))
}
