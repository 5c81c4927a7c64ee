package cli

import (
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/steps/think"
	"sftrun.local/steps/validate"
)

const validateAbout = `Checks files of rows for the strict structure that the step kind "validate" asks for: in the last assistant message
one think block, in it nothing but pairs of steer and exec sections. It needs no pipeline. The exit code is 5 if a row
is not valid.`

type validateFlags struct {
	examples int
	order    bool
}

func (a *app) validateCommand() *cobra.Command {
	var f validateFlags
	c := &cobra.Command{
		Use: "validate FILE…", Short: "check the structure of rows in JSONL files", Long: validateAbout,
		Example: "  sftrun validate output/transformed_output.jsonl\n  sftrun validate --json --max-issue-examples 5 output/transformed_output.jsonl",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("validate takes one or more files of rows  (sftrun help validate)")
			}
			return nil
		},
		RunE: func(_ *cobra.Command, args []string) error { return a.validate(args, f) },
	}
	c.Flags().IntVar(&f.examples, "max-issue-examples", 20, "most examples to show")
	c.Flags().BoolVar(&f.order, "order", false, "sections must also take turns: steer, exec, steer, exec")
	return c
}

func (a *app) validate(files []string, f validateFlags) error {
	if f.examples < 0 {
		return misuse("--max-issue-examples %d: give 0 or more", f.examples)
	}
	var total validate.Report
	for _, name := range files {
		found, err := a.scan(name, f)
		if err != nil {
			return err
		}
		if !a.json {
			a.print(a.reportOf(name, found))
		}
		total.Merge(found, f.examples)
	}
	if a.json {
		text, err := total.JSON()
		if err != nil {
			return err
		}
		a.print(string(text))
	}
	if total.RowsInvalid > 0 {
		return &exit{code: exitRefused}
	}
	return nil
}

func (a *app) scan(name string, f validateFlags) (validate.Report, error) {
	path := within(a.dir, name)
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return validate.Report{}, fmt.Errorf("%s is a folder; name the files in it", name)
	}
	file, err := os.Open(path)
	if err != nil {
		return validate.Report{}, err
	}
	defer file.Close()
	return validate.Scan(file, name, think.Rules{Order: f.order}, f.examples)
}

// reportOf is a report in words.
func (a *app) reportOf(name string, r validate.Report) string {
	if r.RowsInvalid == 0 {
		return fmt.Sprintf("%s: %s, all valid\n", name, figures.Of(r.RowsScanned, "row"))
	}
	text := fmt.Sprintf("%s: %s of %s invalid: %s\n", name, figures.Count(r.RowsInvalid), figures.Of(r.RowsScanned, "row"), tallied(r.IssueCounts))
	for _, e := range r.IssueExamples {
		if a.quiet {
			break
		}
		text += fmt.Sprintf("  row %d   %s   %s   %s\n", e.RowIndex, oneLine(e.RowID), e.IssueType, oneLine(e.Details))
	}
	return text
}
