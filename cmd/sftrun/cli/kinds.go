package cli

import (
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/schema"
)

const kindsAbout = `Lists the kinds of steps that are built in; with a name, documents that kind's fields, as its definition does.
"pipeline" documents what stands around the steps.`

func (a *app) kindsCommand() *cobra.Command {
	return &cobra.Command{
		Use: "kinds [NAME]", Short: "document the kinds of steps and their fields", Long: kindsAbout,
		Example: "  sftrun kinds\n  sftrun kinds filter\n  sftrun kinds pipeline\n  sftrun kinds filter --json",
		Args:    atMostOne("one name"), ValidArgsFunction: arguments(a.kindNames),
		RunE: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return a.listKinds()
			}
			return a.describeKind(args[0])
		},
	}
}

func (a *app) listKinds() error {
	var docs []schema.Doc
	var rows [][]string
	for _, k := range a.kinds {
		d, err := schema.Fields(a.definitions(), k.Name)
		if err != nil {
			return err
		}
		docs = append(docs, d)
		rows = append(rows, []string{k.Name, d.Definition, d.Summary})
	}
	if a.json {
		return a.printJSON(docs)
	}
	a.print(figures.Table(rows, 1, 2))
	return nil
}

func (a *app) describeKind(name string) error {
	if name == "pipeline" {
		name = ""
	}
	d, err := schema.Fields(a.definitions(), name)
	if err != nil {
		return err
	}
	if a.json {
		return a.printJSON(d)
	}
	a.printf("%s   %s\n", d.Definition, d.Summary)
	for _, f := range d.Fields {
		a.printf("\n  %s   %s\n", f.Path, aboutField(f))
		a.print(wrapped(f.Doc, "      ", 96))
	}
	return nil
}

// aboutField says what a field may be and what it is if not given.
func aboutField(f schema.Field) string {
	parts := []string{f.Type}
	if f.Range != "" {
		parts[0] += " (" + f.Range + ")"
	}
	if f.Required {
		parts = append(parts, "must be given")
	}
	if f.Default != "" {
		parts = append(parts, "default "+f.Default)
	}
	if f.File {
		parts = append(parts, "path of a file whose content counts")
	}
	if f.Unkeyed {
		parts = append(parts, "changing it reruns nothing")
	}
	return strings.Join(parts, "; ")
}

// wrapped breaks a text into indented lines of at most width characters.
func wrapped(text, indent string, width int) string {
	var b strings.Builder
	line := indent
	for _, word := range strings.Fields(text) {
		if len(line)+1+len(word) > width && line != indent {
			fmt.Fprintln(&b, line)
			line = indent
		}
		if line != indent {
			line += " "
		}
		line += word
	}
	if line != indent {
		fmt.Fprintln(&b, line)
	}
	return b.String()
}
