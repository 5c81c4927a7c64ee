package cli

import (
	"fmt"
	"slices"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// trialRows is the size of the trial that a plan proposes before much is paid.
const trialRows = 20

// totals says how many steps have which verdict, what it comes to, and what to do next.
func (t *planText) totals() {
	if !t.plan.Changes() {
		t.nothing()
		return
	}
	fmt.Fprintf(t, "%s.%s\n", t.counts(), t.sums())
	if next := t.next(); next != "" {
		t.WriteString(next + "\n")
	}
}

func (t *planText) nothing() {
	fmt.Fprintf(t, "Nothing to do.   %s cached.", figures.Of(t.plan.Count(runner.Cached), "step"))
	if blocked := t.plan.Count(runner.Wait); blocked > 0 {
		fmt.Fprintf(t, "   %s behind a check that said no.", figures.Of(blocked, "step"))
	}
	for _, s := range t.plan.Steps {
		if s.Was != "" {
			fmt.Fprintf(t, "   %s is now called %s (same key, cached).", s.Was, s.Name)
		}
	}
	t.WriteString("\n")
}

func (t *planText) counts() string {
	var parts []string
	for _, v := range []struct {
		verdict   runner.Verdict
		one, many string
	}{{runner.Run, "runs", "run"}, {runner.Wait, "waits", "wait"}, {runner.Cached, "cached", "cached"}} {
		switch n := t.plan.Count(v.verdict); n {
		case 0:
		case 1:
			parts = append(parts, "1 "+v.one)
		default:
			parts = append(parts, figures.Count(n)+" "+v.many)
		}
	}
	return strings.Join(parts, ", ")
}

// sums says what the steps come to that are known to run.
func (t *planText) sums() string {
	var reads int64
	text := ""
	asks := runner.Asks{Free: true, Priced: true}
	for _, s := range t.plan.Steps {
		reads += s.Reads
		if s.Asks != nil && !s.Asks.Free {
			asks.Free, asks.Priced = false, asks.Priced && s.Asks.Priced
			asks.Likely += s.Asks.Likely
			asks.Most += s.Asks.Most
		}
	}
	if !asks.Free {
		text += "   " + t.money(asks)
	}
	if reads > 0 {
		text += "   " + figures.Size(reads) + " to read"
		if free, ok := freeSpace(t.project.settings.Store); ok {
			text += " (" + figures.Size(free) + " free on disk)"
		}
		text += "."
	}
	return text
}

// money says what the requests cost in all, beside the pipeline's limit.
func (t *planText) money(a runner.Asks) string {
	if !a.Priced {
		return "Cost unknown."
	}
	text := fmt.Sprintf("Cost $%s (up to %s)", figures.USD(a.Likely), figures.USD(a.Most))
	limit := t.project.pipeline.Limits.CostPerApply
	if limit == nil || a.Most <= *limit {
		return text + "."
	}
	at, _ := t.project.pipeline.Position("limits.costPerApply")
	if a.Likely > *limit {
		return fmt.Sprintf("%s passes costPerApply %s (%s): apply would not send it.", text, figures.USD(*limit), at)
	}
	return fmt.Sprintf("%s may pass costPerApply %s (%s).", text, figures.USD(*limit), at)
}

// next says what to do.
func (t *planText) next() string {
	paidWaits := false
	for _, s := range t.plan.Steps {
		if s.Asks != nil && !s.Asks.Free && s.Asks.New > trialRows {
			share := s.Asks.Likely / float64(s.Asks.New) * trialRows
			return fmt.Sprintf("Try it first: sftrun apply --max-rows %d   (about $%s; these answers count later)", trialRows, figures.USD(share))
		}
		paidWaits = paidWaits || s.AsksAny && s.Verdict == runner.Wait
	}
	if paid, err := t.project.costs(); paidWaits && paid && err == nil {
		return "To know the cost exactly, without spending: sftrun apply --free, then sftrun plan"
	}
	if t.stuck() {
		return ""
	}
	return "To do it: sftrun apply"
}

// stuck tells whether nothing is left to do but what an apply would refuse.
func (t *planText) stuck() bool {
	return t.plan.Count(runner.Cached) == len(t.plan.Steps) &&
		!slices.ContainsFunc(t.plan.Publish, func(p runner.Publish) bool { return p.Why != runner.Edited })
}
