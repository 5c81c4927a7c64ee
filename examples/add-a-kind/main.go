// Command add-a-kind is sftrun with one more kind of step, made outside of it: the folder exclude, and this file.
package main

import (
	"context"
	"os"

	"sftrun.local/cmd/sftrun/cli"
	"sftrun.local/examples/add-a-kind/exclude"
	"sftrun.local/steps/all"
)

func main() {
	kinds := append(all.Kinds(), exclude.Kind())
	os.Exit(cli.ExitCode(cli.Run(context.Background(), os.Args[1:], cli.Standard(), kinds)))
}
