package cli

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
	"sftrun.local/steps"
)

// planText is a plan in words. Its columns are: name, verdict, what of it.
type planText struct {
	project *project
	plan    *runner.Plan
	name    int // width of the longest name
	number  int // width of the longest number at the start of the third column

	flags    planFlags
	held     bool   // the ledger holds answers
	applying string // who is applying now, "" if nobody is
	strings.Builder
}

func newPlanText(p *project, plan *runner.Plan) *planText {
	t := &planText{project: p, plan: plan}
	for _, s := range plan.Steps {
		t.name = max(t.name, utf8.RuneCountInString(s.Name))
		if n, ok := leadingNumber(s); ok {
			t.number = max(t.number, len(figures.Count(n)))
		}
	}
	return t
}

// leadingNumber is the number that a step's line begins with, if it is one of rows or requests.
func leadingNumber(s runner.StepPlan) (int, bool) {
	switch {
	case s.Verdict == runner.Cached:
		return s.Tally.Out, true
	case s.Asks != nil:
		return s.Asks.New, true
	}
	return 0, false
}

// text is the whole plan.
func (t *planText) text() string {
	if !t.project.quiet {
		t.header()
		for _, s := range t.plan.Steps {
			t.step(s)
		}
		t.WriteString("\n")
	}
	for _, p := range t.plan.Publish {
		t.WriteString(t.project.publishText(p, t.flags.force))
	}
	for _, file := range t.plan.Stale {
		fmt.Fprintf(t, "left from before: %s (no step publishes it now)\n", file)
	}
	t.totals()
	return t.String()
}

// header names what is planned and what it is compared with.
func (t *planText) header() {
	fmt.Fprintf(t, "%s   %s   %s\n\n", t.plan.Pipeline, t.project.sources(), t.compared())
}

// sources names the files of the pipeline, the commit that they are of, and the tags given.
func (p *project) sources() string {
	text := "pipeline.cue"
	if p.variant != "" {
		text += " with variants/" + p.variant
	}
	if p.git != "" {
		text += " (git " + p.git + ")"
	}
	if len(p.tags) > 0 {
		text += "   " + strings.Join(p.tags, " ")
	}
	return text
}

func (t *planText) compared() string {
	since := t.plan.Since
	if since == nil {
		return "no run yet"
	}
	of := ""
	if t.plan.OfBase {
		of = " (without variant)"
	}
	return fmt.Sprintf("compared with run %d%s, %s", since.Number, of, figures.Day(since.Started.Local(), time.Now()))
}

// step writes the lines of one step: what of it, then reasons, then cost.
func (t *planText) step(s runner.StepPlan) {
	verdict := fmt.Sprintf("%-6s", s.Verdict)
	fmt.Fprintf(t, "  %-*s   %s   %s\n", t.name, s.Name, t.project.paint(verdictStyle[s.Verdict], verdict), t.what(s))
	for _, line := range takingLines(s) {
		t.below(line)
	}
	for _, r := range s.Reasons {
		t.below(strings.TrimRight(r.Text+"   "+r.At, " "))
	}
	for _, m := range s.RowChanges {
		t.below(rowChangeText(m))
	}
	if s.Asks != nil && s.Asks.New > 0 {
		t.below(costOf(*s.Asks))
	}
	if s.Was != "" && s.Verdict != runner.Cached {
		t.below("was called " + s.Was)
	}
	if t.project.verbose && s.Verdict != runner.Wait {
		t.below(detailsOf(s))
	}
}

// rowChangeText says how the rows that a step takes differ from before.
func rowChangeText(m runner.RowChange) string {
	from := m.Step
	if m.Stream != steps.RowsStream {
		from += "." + m.Stream
	}
	return fmt.Sprintf("rows of %s: %s added, %s removed since run %d", from, countOrNone(m.Added), countOrNone(m.Removed), m.Since)
}

func countOrNone(n int) string {
	if n == 0 {
		return "none"
	}
	return figures.Count(n)
}

func (t *planText) below(text string) {
	fmt.Fprintf(t, "%s%s\n", strings.Repeat(" ", t.name+14), text)
}

// what says what a step has, or has to do.
func (t *planText) what(s runner.StepPlan) string {
	switch {
	case s.Blocked:
		return "for " + strings.Join(s.WaitsFor, ", ") + ", in vain: a check said no"
	case s.Verdict == runner.Wait:
		return "for " + strings.Join(s.WaitsFor, ", ") + t.bound(s)
	case s.Verdict == runner.Cached:
		return t.aligned(s.Tally.Out) + " " + plural("row", s.Tally.Out) + leftOut(s)
	case s.Asks != nil:
		return t.aligned(s.Asks.New) + " new " + plural("request", s.Asks.New) + ", " + known(*s.Asks)
	}
	text := fmt.Sprintf("%s of %s", figures.Count(s.ToRun), figures.Of(s.Actions, "part"))
	if s.RowsIn > 0 && s.ToRun == s.Actions {
		text += ", " + figures.Of(s.RowsIn, "row")
	}
	return text
}

func (t *planText) aligned(n int) string { return fmt.Sprintf("%*s", t.number, figures.Count(n)) }

func plural(noun string, n int) string {
	if n == 1 {
		return noun
	}
	return noun + "s"
}

// leftOut says of a cached step that not all rows came through.
func leftOut(s runner.StepPlan) string {
	text := ""
	if n := s.Tally.Failures(); n > 0 {
		text += ", " + figures.Count(n) + " failed"
	}
	if n := invalidRows(*s.Tally); n > 0 && findings(*s.Tally) != "" {
		text += ", " + figures.Count(n) + " invalid"
	}
	if s.Tally.Halt != "" {
		text += ": " + s.Tally.Halt
	} else if s.Partial && text == "" {
		text += ", partial"
	}
	return text
}

// known says how many requests have their answer already.
func known(a runner.Asks) string {
	word := "paid"
	if a.Free {
		word = "answered"
	}
	text := fmt.Sprintf("%s of %s already %s", figures.Count(a.Answered), figures.Count(a.New+a.Answered+a.Refused), word)
	if a.Refused > 0 {
		text += fmt.Sprintf(", %s settled as failed", figures.Count(a.Refused))
	}
	return text
}

// costOf says what new requests are expected to cost.
func costOf(a runner.Asks) string {
	switch {
	case a.Free && a.Sent > 0:
		return fmt.Sprintf("%s sent before, in batch jobs that are open: nothing more to pay", figures.Count(a.Sent))
	case a.Free:
		return "no cost (offline)"
	case !a.Priced:
		return fmt.Sprintf("%s tokens in, %s out   cost unknown: no price is known for the model", figures.Tokens(a.TokensIn), figures.Tokens(a.TokensOut))
	}
	return fmt.Sprintf("%s tokens in, %s out   $%s  (%s–%s)", figures.Tokens(a.TokensIn), figures.Tokens(a.TokensOut),
		figures.USD(a.Likely), figures.USD(a.Least), figures.USD(a.Most))
}

// bound says of a waiting step how much may come.
func (t *planText) bound(s runner.StepPlan) string {
	if !s.AsksAny {
		return ""
	}
	again := ""
	if t.held {
		again = "; what is already answered is used again"
	}
	if s.MostRows < 0 {
		return again
	}
	return fmt.Sprintf(": at most %s", figures.Of(s.MostRows, "row")) + again
}

// detailsOf is what only -v shows.
func detailsOf(s runner.StepPlan) string {
	text := fmt.Sprintf("kind %s, %s", s.Kind, figures.Of(s.Actions, "part"))
	if s.Reads > 0 {
		text += ", " + figures.Size(s.Reads) + " to read"
	}
	return text
}
