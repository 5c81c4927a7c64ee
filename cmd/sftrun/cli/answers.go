package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/cmd/sftrun/cli/spelling"
	"sftrun.local/steps/model/ledger"
)

const answersAbout = `Shows what the project knows of models' answers, by step and model, and what they cost.

Answers outlive runs: no question is paid for twice, whatever step, variant or run puts it. With export and import they
travel to another project, so that somebody else can make the same dataset for nothing:

  sftrun answers export answers.sft       here
  sftrun answers import answers.sft       there, in a copy of the pipeline and its input
  sftrun apply --free                     there: every answer is found, nothing is sent`

func (a *app) answersCommand() *cobra.Command {
	c := &cobra.Command{
		Use: "answers", Short: "show, export and import the answers of models", Long: answersAbout, Args: noSuchPart,
		Example: "  sftrun answers\n  sftrun answers --json\n  sftrun answers export answers.sft\n  sftrun answers import answers.sft --dry-run",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.answers(cmd.Context(), cmd) },
	}
	c.AddCommand(a.exportCommand(), a.importCommand())
	return c
}

// noSuchPart refuses arguments of a command that has commands of its own.
func noSuchPart(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	var names []string
	for _, c := range cmd.Commands() {
		names = append(names, c.Name())
	}
	return misuse("%s has no command %q%s  (sftrun help %s)", pathOf(cmd), args[0], spelling.DidYouMean(args[0], names), pathOf(cmd))
}

// An answerSum is what is in the ledger of one step and model.
type answerSum struct {
	Step     string `json:"step"`
	Model    string `json:"model"`
	Imported bool   `json:"imported,omitempty"` // asked for, and paid, in another project
	Answers  int    `json:"answers"`
	Refusals int    `json:"refusals"`
	Failures int    `json:"failures"` // for passing reasons, kept because they were billed
	ledger.Cost
}

func (a *app) answers(ctx context.Context, cmd *cobra.Command) error {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	runs, err := p.gateway.Sums(ctx)
	if err != nil {
		return err
	}
	doubt, err := p.gateway.InDoubt(ctx)
	if err != nil {
		return err
	}
	sums := overRuns(runs)
	if p.json {
		return p.printJSON(map[string]any{"answers": sums, "inDoubt": doubt})
	}
	p.print(answersText(sums, doubt))
	return nil
}

// overRuns adds up what single runs obtained, the imported apart.
func overRuns(runs []ledger.Sum) []answerSum {
	sums := []answerSum{}
	for _, r := range runs {
		i := slices.IndexFunc(sums, func(s answerSum) bool {
			return s.Step == r.Step && s.Model == r.Model && s.Imported == r.Imported()
		})
		if i < 0 {
			i = len(sums)
			sums = append(sums, answerSum{Step: r.Step, Model: r.Model, Imported: r.Imported()})
		}
		sums[i].add(r)
	}
	slices.SortStableFunc(sums, func(a, b answerSum) int { return cmp.Or(cmp.Compare(a.Step, b.Step), cmp.Compare(a.Model, b.Model)) })
	return sums
}

func (s *answerSum) add(r ledger.Sum) {
	s.Answers += r.Answered
	s.Refusals += r.Refused
	s.Failures += r.Failed
	s.In += r.In
	s.Out += r.Out
	s.Thought += r.Thought
	s.Cached += r.Cached
	s.USD += r.USD
}

func answersText(sums []answerSum, doubt int) string {
	if len(sums) == 0 {
		return "No answers yet.\n" + doubtText(doubt)
	}
	table := [][]string{{"", "", "answers", "refusals", "tokens in", "out", "cost", ""}}
	imported, spent, elsewhere := 0, 0.0, 0.0
	for _, s := range sums {
		table = append(table, s.cells())
		if s.Imported {
			imported += s.Answers + s.Refusals
			elsewhere += s.USD
		} else {
			spent += s.USD
		}
	}
	text := figures.Table(table, 1, 7)
	if spent > 0 {
		text += "\nSpent $" + figures.USD(spent) + " in this project.\n"
	}
	return text + importedText(imported, elsewhere) + doubtText(doubt)
}

func (s answerSum) cells() []string {
	remark := ""
	if s.Imported {
		remark = "imported"
	}
	return []string{
		s.Step, s.Model, figures.Count(s.Answers), figures.Count(s.Refusals),
		figures.Tokens(s.In), figures.Tokens(s.Out + s.Thought), dollars(s.USD), remark,
	}
}

// dollars is an amount in a table, where nothing is a dash.
func dollars(usd float64) string {
	if usd == 0 {
		return "–"
	}
	return "$" + figures.USD(usd)
}

// importedText tells of answers that were not asked for here.
func importedText(n int, usd float64) string {
	if n == 0 {
		return ""
	}
	text := "\nAnswers imported: " + figures.Count(n)
	if usd > 0 {
		text += ", which cost $" + figures.USD(usd) + " elsewhere"
	}
	return text + ".\n"
}

func doubtText(n int) string {
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("\n%s in doubt: no outcome is known, so it may have been billed; an apply that needs the answer asks again.\n", figures.Of(n, "call"))
}
