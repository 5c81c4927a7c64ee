package cli

import (
	"fmt"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// totals says how many steps have which verdict, what it comes to, and what to do next.
func (t *planText) totals() {
	if !t.plan.Changes() {
		t.nothing()
		if t.applying != "" {
			t.WriteString(t.applying + "\n")
		}
		return
	}
	fmt.Fprintf(t, "%s.%s\n", t.counts(), t.sums())
	if next := t.next(); next != "" {
		t.WriteString(next + "\n")
	}
}

func (t *planText) nothing() {
	t.halts()
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

// halts says what a check said no to, so that nothing to do is not taken for all is well.
func (t *planText) halts() {
	for _, s := range t.plan.Steps {
		if s.Tally != nil && s.Tally.Halt != "" {
			fmt.Fprintf(t, "A check said no, and an apply would again (exit %d): steps.%s: %s.  To look: %s\n",
				exitRefused, s.Name, s.Tally.Halt, t.project.again("show", s.Name))
		}
	}
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
	text := ""
	if asks := t.paid(); !asks.Free {
		text += "   " + t.money(asks)
	}
	return text + t.localWork()
}

// localWork says how long the steps that are known to run take on this machine, what they read and write, and what
// room there is.
func (t *planText) localWork() string {
	var parts []string
	var reads, writes int64
	took := 0.0
	for _, s := range t.plan.Steps {
		reads, writes, took = reads+s.Reads, writes+s.Writes, took+s.Seconds
	}
	if took >= 1 {
		parts = append(parts, "about "+figures.Span(seconds(took)))
	}
	if reads > 0 {
		parts = append(parts, figures.Size(reads)+" to read")
	}
	if writes > 0 {
		parts = append(parts, "about "+figures.Size(writes)+" to write")
	}
	if len(parts) == 0 {
		return ""
	}
	text := "   Local work " + strings.Join(parts, ", ")
	if free, ok := spaceLeft(t.project.settings); ok {
		text += " (" + figures.Size(free) + " free)"
	}
	return text + "."
}

// paid sums the requests that cost something. Without any it is free.
func (t *planText) paid() runner.Asks {
	all := runner.Asks{Free: true, Priced: true}
	for _, s := range t.plan.Steps {
		if s.Asks == nil || s.Asks.Free {
			continue
		}
		all.Free, all.Priced = false, all.Priced && s.Asks.Priced
		all.New += s.Asks.New
		all.Likely += s.Asks.Likely
		all.Most += s.Asks.Most
	}
	return all
}

// money says what the requests cost in all, beside the pipeline's limit.
func (t *planText) money(a runner.Asks) string {
	text := fmt.Sprintf("Cost $%s (up to %s)", figures.USD(a.Likely), figures.USD(a.Most))
	if !a.Priced {
		text = "Cost unknown"
	}
	limit := t.project.pipeline.Limits.CostPerApply
	if limit == nil || a.Priced && a.Most <= *limit {
		return text + "."
	}
	at, _ := t.project.pipeline.Position("limits.costPerApply")
	switch {
	case !a.Priced:
		return fmt.Sprintf("%s, so costPerApply %s (%s) cannot be kept: apply would not send it.", text, figures.Limit(*limit), at)
	case a.Likely > *limit:
		return fmt.Sprintf("%s passes costPerApply %s (%s): apply would not send it.", text, figures.Limit(*limit), at)
	}
	return fmt.Sprintf("%s may pass costPerApply %s (%s).", text, figures.Limit(*limit), at)
}
