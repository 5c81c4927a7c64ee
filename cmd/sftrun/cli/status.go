package cli

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

const statusAbout = `Shows what the last apply did with each step, the runs before it, and what was spent. For what the next apply would
do, see plan. It works while an apply is under way.`

// shownRuns is the number of past runs that are listed without -v.
const shownRuns = 5

func (a *app) statusCommand() *cobra.Command {
	return &cobra.Command{
		Use: "status", Short: "show what was done so far", Long: statusAbout, Args: exactly(0, ""),
		Example: "  sftrun status\n  sftrun status -v          all runs\n  sftrun status --json",
		RunE:    func(cmd *cobra.Command, _ []string) error { return a.status(cmd.Context(), cmd) },
	}
}

func (a *app) status(ctx context.Context, cmd *cobra.Command) error {
	p, err := a.openProject(ctx, cmd, true)
	if err != nil {
		return err
	}
	defer p.close()
	runs, err := p.runnerFor(planFlags{}).History(ctx)
	if err != nil {
		return err
	}
	_, spent, err := p.gateway.Spent(ctx, "")
	if err != nil {
		return err
	}
	if p.json {
		return p.printJSON(map[string]any{"pipeline": p.pipeline.Name, "runs": runs, "spentUSD": spent})
	}
	p.print(p.statusText(runs, spent))
	return nil
}

func (p *project) statusText(runs []runner.RunRecord, spent float64) string {
	text := p.pipeline.Name + "   " + p.sources() + "\n"
	last := p.lastRun(runs)
	if last == nil {
		return text + "\nNo run yet.  sftrun plan says what an apply would do.\n"
	}
	var done []runner.StepReport
	for _, s := range last.Steps {
		done = append(done, s.StepReport)
	}
	text += "\nLast run:\n" + figures.Table([][]string{runCells(*last)}, 1, 2, 3) + "\n" + stepTable(done)
	if last.Problem != "" {
		text += "\n" + last.Problem + "\n"
	}
	if len(runs) > 1 {
		text += "\nRuns:\n" + p.runTable(runs)
	}
	if spent > 0 {
		text += "\nSpent $" + figures.USD(spent) + " in this project.\n"
	}
	return text
}

// lastRun is the newest run of the variant.
func (p *project) lastRun(runs []runner.RunRecord) *runner.RunRecord {
	for i := len(runs) - 1; i >= 0; i-- {
		if runs[i].Variant == p.variant {
			return &runs[i]
		}
	}
	return nil
}

// runTable lists runs, the newest first.
func (p *project) runTable(runs []runner.RunRecord) string {
	var rows [][]string
	for i := len(runs) - 1; i >= 0 && (p.verbose || len(rows) < shownRuns); i-- {
		rows = append(rows, runCells(runs[i]))
	}
	return figures.Table(rows, 1, 2, 3, 4, 5)
}

func runCells(r runner.RunRecord) []string {
	git := ""
	if r.Git != "" {
		git = "git " + r.Git
	}
	return []string{
		strings.TrimSpace("run " + figures.Count(r.Number) + " " + r.Variant), figures.Day(r.Started.Local(), time.Now()),
		string(r.Outcome), figures.Span(r.Ended.Sub(r.Started)), git,
	}
}
