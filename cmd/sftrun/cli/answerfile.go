package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/runner/store"
	"sftrun.local/steps/model/ledger"
)

const exportAbout = `Writes all answers and refusals into one file, with what they cost and how they were obtained. Questions, rows and API
keys are not in it; the answers are, so treat it as you would the dataset. What was taken back to be asked again is left
out. Equal answers make equal files.`

const importAbout = `Reads a file of sftrun answers export, checks all of it, and then adds what this project does not know. A file that is
damaged or cut off adds nothing. Where both know an answer to the same question the earlier one counts. What was
imported does not count as spent here. Doing it again changes nothing.`

func (a *app) exportCommand() *cobra.Command {
	return &cobra.Command{
		Use: "export FILE", Short: "write all answers into a file", Long: exportAbout, Args: exactly(1, "the file to write"),
		Example: "  sftrun answers export answers.sft",
		RunE:    func(cmd *cobra.Command, args []string) error { return a.exportAnswers(cmd.Context(), cmd, args[0]) },
	}
}

func (a *app) importCommand() *cobra.Command {
	dry := false
	c := &cobra.Command{
		Use: "import FILE", Short: "add the answers of a file", Long: importAbout, Args: exactly(1, "the file to read"),
		Example: "  sftrun answers import answers.sft --dry-run\n  sftrun answers import answers.sft\n  sftrun apply --free",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.importAnswers(cmd.Context(), cmd, args[0], dry)
		},
	}
	c.Flags().BoolVar(&dry, "dry-run", false, "only say what would be added")
	return c
}

func (a *app) exportAnswers(ctx context.Context, cmd *cobra.Command, path string) error {
	place := a.inProject(path)
	if err := notInTheWay(place); err != nil {
		return err
	}
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	var written []ledger.Portion
	err = writeWhole(place, func(w io.Writer) error {
		written, err = p.gateway.Export(ctx, w)
		return err
	})
	if err != nil {
		return fmt.Errorf("export answers: %w", err)
	}
	if p.json {
		return p.printJSON(map[string]any{"file": path, "models": written})
	}
	p.print(exportText(path, written))
	return nil
}

// inProject is the place of a path that was given on the command line.
func (a *app) inProject(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(a.dir, path)
}

// notInTheWay refuses to overwrite a file that export has not written.
func notInTheWay(path string) error {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer f.Close()
	if !ledger.IsExport(f) {
		return fmt.Errorf("%s holds something else than exported answers, so it is not overwritten.  Move it away, or give another name", path)
	}
	return nil
}

// writeWhole writes a file whole or not at all.
func writeWhole(path string, write func(w io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), ".sftrun-unfinished-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) // is gone after the rename
	buf := bufio.NewWriter(f)
	err = write(buf)
	if err == nil {
		err = buf.Flush()
	}
	if err == nil {
		err = f.Chmod(0o644)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		return err
	}
	if err := os.Rename(f.Name(), path); err != nil {
		return err
	}
	return store.SyncFolder(filepath.Dir(path))
}

func exportText(path string, written []ledger.Portion) string {
	table := [][]string{{"", "answers", "refusals", "cost"}}
	n, usd := 0, 0.0
	for _, m := range written {
		table = append(table, []string{m.Model, figures.Count(m.Answers), figures.Count(m.Refusals), dollars(m.Cost.USD)})
		n, usd = n+m.Answers+m.Refusals, usd+m.Cost.USD
	}
	if n == 0 {
		return fmt.Sprintf("No answers yet: %s is empty.\n", path)
	}
	text := figures.Table(table) + fmt.Sprintf("\n%s holds %s", path, figures.Of(n, "answer"))
	if usd > 0 {
		text += ", which cost $" + figures.USD(usd)
	}
	return text + ".\nTo use it in another project: sftrun answers import " + filepath.Base(path) + "\n"
}

func (a *app) importAnswers(ctx context.Context, cmd *cobra.Command, path string, dry bool) error {
	f, err := os.Open(a.inProject(path))
	if err != nil {
		return err
	}
	defer f.Close()
	p, err := a.openProject(ctx, cmd, dry)
	if err != nil {
		return err
	}
	defer p.close()
	if !dry {
		lock, err := runner.Acquire(p.state)
		if err != nil {
			return err
		}
		defer lock.Release()
		if err := p.noteStore(); err != nil {
			return err
		}
	}
	found, err := p.gateway.Import(ctx, f, dry)
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	if p.json {
		return p.printJSON(map[string]any{"file": path, "dryRun": dry, "models": found})
	}
	p.print(p.importText(path, found, dry))
	return nil
}

func (p *project) importText(path string, found []ledger.Intake, dry bool) string {
	table := [][]string{{"", "new", "already here", "differing", "taken back here"}}
	var all ledger.Intake
	for _, m := range found {
		table = append(table, []string{m.Model, figures.Count(m.New), figures.Count(m.Present), figures.Count(m.Differing), figures.Count(m.Forgotten)})
		all.New, all.Present, all.USD = all.New+m.New, all.Present+m.Present, all.USD+m.USD
		all.Differing, all.Earlier, all.Forgotten = all.Differing+m.Differing, all.Earlier+m.Earlier, all.Forgotten+m.Forgotten
	}
	if len(found) == 0 {
		return path + " holds no answers.\n"
	}
	text := figures.Table(table) + "\n"
	if all.Differing > 0 {
		text += fmt.Sprintf("Differing: the earlier answer counts; for %s of %s that is the one of the file.\n", figures.Count(all.Earlier), figures.Of(all.Differing, "question"))
	}
	if all.Forgotten > 0 {
		text += figures.Of(all.Forgotten, "answer") + " of the file stayed out: you took these back here (--retry-failed).\n"
	}
	return text + p.importEnd(all, dry)
}

func (p *project) importEnd(all ledger.Intake, dry bool) string {
	taken := figures.Of(all.New+all.Earlier, "answer")
	cost := ""
	if all.USD > 0 {
		cost = " that cost $" + figures.USD(all.USD) + " elsewhere"
	}
	switch {
	case all.New+all.Earlier == 0:
		return "Nothing to import: all that counts is here.\n"
	case dry:
		return fmt.Sprintf("Would import %s%s.  Nothing was changed.\n", taken, cost)
	}
	return fmt.Sprintf("Imported %s%s; nothing counts as spent here.\nTo use them: %s\n", taken, cost, p.again("apply", "--free"))
}
