package cli

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/steps/model/ledger"
)

const verifyAbout = `Reads all that is in the store, compares it with its digests and seals, and looks for all that records and runs name.
It changes nothing, and works while an apply is under way. If something is damaged or missing it says what that is,
and exits with 5.

--discard removes what is damaged, with what rests on it, so that the next apply makes just that again. Answers of
models are not removed by it: what can be read of them still counts, and a copy of the file may be put back.

--give-up-answers is for answers of which there is no copy: it accepts that they are lost. What can be read of them is
stored anew, what the others cost stays in the books, and damaged files are kept in .sftrun/lost. The questions are
asked, and paid for, again when they are needed; a plan says so before.`

// verifyFlags are the flags of verify.
type verifyFlags struct {
	discard bool
	giveUp  bool
}

func (a *app) verifyCommand() *cobra.Command {
	var f verifyFlags
	c := &cobra.Command{
		Use: "verify", Short: "check that nothing in the store is damaged", Long: verifyAbout, Args: exactly(0, ""), ValidArgsFunction: arguments(),
		Example: "  sftrun verify\n  sftrun verify -v              also how published files were changed\n  sftrun verify --discard       then sftrun apply",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.verify(cmd.Context(), cmd, f) },
	}
	c.Flags().BoolVar(&f.discard, "discard", false, "remove what is damaged, so that the next apply makes it again")
	c.Flags().BoolVar(&f.giveUp, "give-up-answers", false, "accept that answers which cannot be read are lost")
	return c
}

func (a *app) verify(ctx context.Context, cmd *cobra.Command, f verifyFlags) error {
	p, err := a.openProject(ctx, cmd, !f.giveUp)
	if err != nil {
		return err
	}
	defer p.close()
	if f.discard || f.giveUp {
		alone, release, err := p.alone(ctx)
		if err != nil {
			return err
		}
		defer release()
		ctx = alone
	}
	ctx, done := endedByCtrlC(ctx)
	defer done()
	r := p.runnerFor(planFlags{})
	began := time.Now()
	found, err := p.verifyStore(ctx, r)
	if ctx.Err() != nil {
		return &exit{exitInterrupted, "Stopped: not all was checked, and nothing was changed."}
	}
	if err != nil {
		return err
	}
	m, err := p.mend(ctx, r, found, f)
	if err != nil && ctx.Err() != nil {
		return &exit{exitInterrupted, "Stopped: some of what is damaged may be removed.  To go on: " + p.again("verify", f.words()...)}
	}
	if err != nil {
		return err
	}
	return p.showVerified(found, m, time.Since(began))
}

// words are the flags as they are given.
func (f verifyFlags) words() (words []string) {
	if f.discard {
		words = append(words, "--discard")
	}
	if f.giveUp {
		words = append(words, "--give-up-answers")
	}
	return words
}

func (p *project) verifyStore(ctx context.Context, r *runner.Runner) (*runner.Verification, error) {
	t := p.newTicker()
	defer t.end()
	return r.Verify(ctx, runner.VerifyOptions{
		AnswersPrefix: ledger.Prefix, Answers: checkAnswers, GoneAnswers: p.goneAnswers,
		Progress: func(v runner.Verifying) {
			t.show(func() string {
				return fmt.Sprintf("%s of %s checked   %s of %s", figures.Count(v.Count), figures.Count(v.Of), figures.Size(v.Bytes), figures.Size(v.OfBytes))
			})
		},
	})
}

// goneAnswers says what is lost with the books of answers that this machine knows and that are not there any more.
func (p *project) goneAnswers(ctx context.Context) (map[string]string, error) {
	losses, err := p.gateway.Lost(ctx)
	gone := map[string]string{}
	for _, l := range losses {
		gone[l.Name] = "it is gone, and with it " + figures.Of(l.Answers, "answer")
		if len(l.Models) > 0 {
			gone[l.Name] += " of " + strings.Join(l.Models, ", ")
		}
	}
	return gone, err
}

// checkAnswers says what is lost of a book of answers.
func checkAnswers(name string, data []byte) error {
	_, err := ledger.CheckSegment(name, data)
	var damage *ledger.Damage
	if errors.As(err, &damage) {
		return errors.New(damage.Text)
	}
	return err
}

// showVerified tells what was found. It is an exit of its own if damage is left.
func (p *project) showVerified(found *runner.Verification, m mending, took time.Duration) error {
	if p.json {
		err := p.printJSON(map[string]any{"checked": found.Checked, "damage": found.Damage, "files": found.Files,
			"discarded": append([]string{}, m.gone...), "givenUp": append([]ledger.Loss{}, m.lost...)})
		if err != nil {
			return err
		}
	} else {
		p.print(p.verifiedText(found, m, took))
	}
	if m.left(found) > 0 {
		return &exit{code: exitRefused}
	}
	return nil
}

func (p *project) verifiedText(found *runner.Verification, m mending, took time.Duration) string {
	checked := fmt.Sprintf("%s.   %s\n", classesInWords(found.Checked), figures.Span(took))
	text := "Sound:   " + checked
	if n := len(found.Damage); n > 0 {
		text = fmt.Sprintf("Damaged (exit %d): %s.   Checked %s\n", exitRefused, figures.Count(n), checked)
		for _, d := range found.Damage {
			text += damageText(d)
		}
		text += "\n" + p.remedy(found, m)
	}
	return text + p.outputText(found.Files)
}

// outputText names the published files that were changed, which is no damage: in one line, and with -v how each
// stands, also those that are gone.
func (p *project) outputText(files []runner.Publish) string {
	text := ""
	var names []string
	for _, f := range files {
		text += fmt.Sprintf("%s: %s (no damage)\n", f.File, changed(f))
		if f.Why == runner.Edited {
			names = append(names, f.File)
		}
	}
	switch {
	case p.verbose:
		return text
	case len(names) == 0:
		return ""
	}
	return fmt.Sprintf("Changed outside of sftrun, no damage: %s\n", strings.Join(names, " "))
}

// damageText says what is damaged, how, and where it lies.
func damageText(d *runner.Damage) string {
	what := d.Of
	switch {
	case d.Kept:
		what = "answers of models"
	case what == "":
		what = "nothing that can be read names it"
	}
	return fmt.Sprintf("  %s: %s\n    %s\n", what, d.Problem, d.Name)
}

// classesInWords counts what was checked: "13 records, 28 objects (1.2 MB)".
func classesInWords(all []runner.Class) string {
	if len(all) == 0 {
		return "the store is empty"
	}
	words := countsInWords(all)
	for _, c := range all {
		if c.Name == runner.ObjectClass {
			words = strings.Replace(words, countInWords(c), countInWords(c)+" ("+figures.Size(c.Bytes)+")", 1)
		}
	}
	return words
}

// countsInWords counts what is in a store: "13 records, 28 objects".
func countsInWords(all []runner.Class) string {
	words := make([]string, len(all))
	for i, c := range all {
		words[i] = countInWords(c)
	}
	return strings.Join(words, ", ")
}

func countInWords(c runner.Class) string {
	switch c.Name {
	case strings.TrimSuffix(ledger.Prefix, "/"):
		return figures.Of(c.Count, "segment") + " of answers"
	case "removed":
		return figures.Of(c.Count, "note") + " of lost data"
	}
	return figures.Of(c.Count, strings.TrimSuffix(c.Name, "s"))
}
