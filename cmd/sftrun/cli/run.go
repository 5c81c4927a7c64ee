package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"sftrun.local/schema"
	"sftrun.local/steps"
)

// Stdio is what a call of the program reads and writes, and its environment as "NAME=value".
type Stdio struct {
	In       io.Reader
	Out, Err io.Writer
	Environ  []string
}

// Standard is the Stdio of the process.
func Standard() Stdio {
	return Stdio{In: os.Stdin, Out: os.Stdout, Err: os.Stderr, Environ: os.Environ()}
}

// Run executes a command line, without the program's name. A program of one's own that adds a kind calls it like the
// main of sftrun does, with the kind appended:
//
//	os.Exit(cli.ExitCode(cli.Run(context.Background(), os.Args[1:], cli.Standard(), append(all.Kinds(), mine.Kind()))))
//
// It writes the error, if there is one to write, before it returns it for [ExitCode].
func Run(ctx context.Context, args []string, stdio Stdio, kinds []steps.Kind) error {
	out := &output{Writer: stdio.Out}
	stdio.Out = out
	a := &app{Stdio: stdio, kinds: kinds}
	root := a.root()
	root.SetArgs(args)
	root.SetIn(stdio.In)
	root.SetOut(stdio.Out)
	root.SetErr(stdio.Err)
	err := out.checked(root.ExecuteContext(ctx))
	if text := a.complaint(err); text != "" {
		fmt.Fprintln(stdio.Err, text)
	}
	return err
}

// app is one call of the program.
type app struct {
	Stdio
	kinds   []steps.Kind
	running *cobra.Command // the command that was called, with its flags; nil before it runs

	dir     string
	variant string
	tags    []string
	json    bool
	verbose bool
	quiet   bool

	rehearsal *rehearsal // set while one is under way
}

// definitions gives the schema's part of the kinds.
func (a *app) definitions() []schema.Definition {
	all := make([]schema.Definition, len(a.kinds))
	for i, k := range a.kinds {
		all[i] = schema.Definition{Name: k.Name, Source: k.Schema}
	}
	return all
}

// printJSON writes a value as one line of JSON.
func (a *app) printJSON(v any) error {
	enc := json.NewEncoder(a.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}

// isTerminal tells whether a reader or writer is a terminal.
func isTerminal(stream any) bool {
	f, ok := stream.(interface{ Fd() uintptr })
	return ok && term.IsTerminal(int(f.Fd()))
}

func (a *app) print(text string)                 { fmt.Fprint(a.Out, text) }
func (a *app) printf(format string, args ...any) { fmt.Fprintf(a.Out, format, args...) }
