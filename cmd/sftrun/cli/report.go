package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// showReport tells how an apply ended. What an error says is left to whoever shows the error.
func (p *project) showReport(ctx context.Context, rep *runner.Report) error {
	if p.json {
		return p.printJSON(map[string]any{
			"event": "end", "outcome": rep.Outcome, "changed": rep.Changed, "files": rep.Files, "kept": append([]runner.Publish{}, rep.Kept...), "halts": rep.Halts, "mended": rep.Mended, "run": rep.Run,
		})
	}
	if !rep.Changed && rep.Outcome == runner.Complete {
		p.print(p.leftAlone(rep))
		p.printf("Nothing to do.   %s cached.\n", figures.Of(len(rep.Steps), "step"))
		return nil
	}
	if !rep.Changed && rep.Outcome == runner.Failed {
		return nil // the error says it all
	}
	r := &reportText{project: p, report: rep}
	if err := r.write(ctx); err != nil {
		return err
	}
	p.print(r.String())
	return nil
}

// leftAlone names the published files that were changed by hand and left alone, a line each.
func (p *project) leftAlone(rep *runner.Report) string {
	text := ""
	for _, f := range rep.Kept {
		text += p.publishText(f, false)
	}
	return text
}

// reportText is the report of an apply in words.
type reportText struct {
	project *project
	report  *runner.Report
	strings.Builder
}

func (r *reportText) write(ctx context.Context) error {
	fmt.Fprintf(r, "\n%s   %s\n", r.outcome(), figures.Span(r.report.Run.Ended.Sub(r.report.Run.Started)))
	if !r.project.quiet {
		r.WriteString("\n" + stepTable(r.report.Steps))
	}
	if n := len(r.report.Mended); n > 0 {
		fmt.Fprintf(r, "\n%s in the store had been damaged and was made again: %s\n", figures.Of(n, "object"), strings.Join(r.report.Mended, " "))
	}
	for _, halt := range r.report.Halts {
		fmt.Fprintf(r, "\n%s\n", halt)
	}
	r.look()
	r.findings()
	r.failures()
	r.held()
	if err := r.spent(ctx); err != nil {
		return err
	}
	r.WriteString(r.project.leftAlone(r.report))
	if files := r.files(); files != "" {
		r.WriteString(files + "\n")
	}
	return nil
}

// look proposes to look at the rows of checks that said no.
func (r *reportText) look() {
	for _, s := range r.report.Steps {
		if s.Tally.Halt != "" && s.Done {
			fmt.Fprintf(r, "To look: %s\n", r.project.again("show", s.Name))
		}
	}
}

// outcome says how it ended.
func (r *reportText) outcome() string {
	switch r.report.Outcome {
	case runner.Complete:
		return "Done."
	case runner.Partial:
		out, failed := r.delivered()
		if failed == 0 {
			return fmt.Sprintf("Partial (exit %d): a trial, %s written.", exitPartial, figures.Of(out, "row"))
		}
		return fmt.Sprintf("Partial (exit %d): %s of %s written, %s failed.", exitPartial, figures.Count(out), figures.Of(out+failed, "row"), figures.Count(failed))
	case runner.Held:
		if len(r.report.Halts) > 0 {
			return fmt.Sprintf("Stopped by a check (exit %d).", exitRefused)
		}
		if slices.ContainsFunc(r.report.Steps, func(s runner.StepReport) bool { return s.Later }) {
			return fmt.Sprintf("Pending (exit %d): answers come later.", exitHeld)
		}
		return fmt.Sprintf("Held (exit %d): paid requests were not sent.", exitHeld)
	case runner.Stopped:
		return fmt.Sprintf("Stopped (exit %d): what was done is kept.  To go on: %s", exitInterrupted, r.project.again("apply"))
	}
	return fmt.Sprintf("Failed (exit %d): what was done is kept.", exitError)
}

// delivered counts the rows that the last step handed on, and those that failed on the way.
func (r *reportText) delivered() (out, failed int) {
	for _, s := range r.report.Steps {
		if s.Done {
			out = s.Tally.Out
			failed += s.Tally.Failures()
		}
	}
	return out, failed
}

// findings says what steps found wrong with rows that they handed on, and with -v all that they counted.
func (r *reportText) findings() {
	for _, s := range r.report.Steps {
		if text := findings(s.Tally); text != "" && s.Done {
			fmt.Fprintf(r, "\n  %s: %s   %s\n", s.Name, text, r.fileOf(s.Name))
		}
	}
	if !r.project.verbose {
		return
	}
	for _, s := range r.report.Steps {
		if text := allFigures(s.Tally, "    ", 0); text != "" && s.Done {
			fmt.Fprintf(r, "\n  %s\n%s", s.Name, text)
		}
	}
}

// fileOf a step that is published and current, "" if there is none.
func (r *reportText) fileOf(step string) string {
	for _, s := range r.project.pipeline.Steps {
		if s.Name != step || s.Publish == "" {
			continue
		}
		for _, file := range r.report.Files {
			if path.Base(file) == path.Base(s.Publish) {
				return file
			}
		}
	}
	return ""
}

// failures says of each step why rows failed, and what to do.
func (r *reportText) failures() {
	for _, s := range r.report.Steps {
		n := s.Tally.Failures()
		if n == 0 {
			continue
		}
		fmt.Fprintf(r, "\n  %s failed: %s.    %s\n", figures.Count(n), tallied(s.Tally.Failed), r.project.again("show", s.Name, "--rejects"))
		if passing := s.Tally.Transient; passing > 0 {
			fmt.Fprintf(r, "  %s for a passing reason: the next apply tries again.\n", figures.Count(passing))
		}
		if n > s.Tally.Transient {
			fmt.Fprintf(r, "  Not asked again until something that changes the answer changes, or: %s\n", r.project.again("apply", "--retry-failed"))
		}
	}
}

// held says what was not sent.
func (r *reportText) held() {
	for _, s := range r.report.Steps {
		if s.Held && !s.Later {
			fmt.Fprintf(r, "\n  %s: %s not sent: %s\n", s.Name, figures.Of(s.Asks.New, "new request"), costOf(s.Asks))
		}
	}
}

// spent names the run and what it and all runs have cost.
func (r *reportText) spent(ctx context.Context) error {
	run := r.report.Run
	r.WriteString("\n")
	usd := 0.0
	for _, s := range r.report.Steps {
		usd += s.USD
	}
	if usd > 0 {
		_, inAll, err := r.project.gateway.Spent(ctx, run.Started.Format(time.RFC3339))
		if err != nil {
			return err
		}
		fmt.Fprintf(r, "Spent $%s now, $%s in this project.   ", figures.USD(usd), figures.USD(inAll))
	}
	if lost := r.project.gateway.LostReplies(); lost > 0 {
		fmt.Fprintf(r, "%s lost on their way, and may have been billed beside that.   ", were(lost, "answer"))
	}
	r.WriteString(nothingSent(r.report.Steps))
	if run.Number == 0 {
		return nil
	}
	fmt.Fprintf(r, "Run %d", run.Number)
	if run.Git != "" {
		fmt.Fprintf(r, " (git %s)", run.Git)
	}
	r.WriteString(".\n")
	return nil
}

// nothingSent says so of an apply that used answers and asked for none.
func nothingSent(steps []runner.StepReport) string {
	answered := 0
	for _, s := range steps {
		if s.Asked > 0 || s.USD > 0 || s.Held {
			return ""
		}
		answered += s.Answered
	}
	if answered == 0 {
		return ""
	}
	return fmt.Sprintf("Nothing was sent or paid: %s there already.   ", were(answered, "answer"))
}

// were is a number with its noun and verb: "1 answer was", "150 answers were".
func were(n int, noun string) string {
	if n == 1 {
		return figures.Of(n, noun) + " was"
	}
	return figures.Of(n, noun) + " were"
}

// files lists the published files that are current, by folder.
func (r *reportText) files() string {
	return inFolders(r.report.Files)
}

func inFolders(files []string) string {
	byFolder := map[string][]string{}
	for _, f := range files {
		folder := filepath.Dir(f)
		byFolder[folder] = append(byFolder[folder], filepath.Base(f))
	}
	var lines []string
	for _, folder := range slices.Sorted(maps.Keys(byFolder)) {
		lines = append(lines, filepath.ToSlash(folder)+"/: "+strings.Join(byFolder[folder], " "))
	}
	return strings.Join(lines, "\n")
}

// tallied lists counts with their reasons, the largest first: "6 MAX_TOKENS, 1 empty".
func tallied(counts map[string]int) string { return talliedUpTo(counts, 0) }

// talliedUpTo lists no more than most of them, or all if that is 0.
func talliedUpTo(counts map[string]int, most int) string {
	reasons := slices.SortedFunc(maps.Keys(counts), func(a, b string) int {
		return cmp.Or(counts[b]-counts[a], strings.Compare(a, b))
	})
	for i, reason := range reasons {
		reasons[i] = figures.Count(counts[reason]) + " " + named(reason)
	}
	if more := len(reasons) - most; most > 0 && more > 0 {
		reasons = append(reasons[:most], figures.Count(more)+" more (-v)")
	}
	return strings.Join(reasons, ", ")
}

// named is a name that a number stands before: "3 empty", but "3 at 95–99 %".
func named(name string) string {
	name = strings.Map(printable, name) // it may come from the data
	if name != "" && unicode.IsDigit(rune(name[0])) {
		return "at " + name
	}
	return name
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }
