package cli

import (
	"fmt"
	"slices"
	"strconv"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/runner"
)

// trialRows is the size of the trial that a plan proposes before much is paid.
const trialRows = 20

// next says what to do, "" if that is said already.
func (t *planText) next() string {
	asks := t.paid()
	rows := t.trial(asks)
	switch {
	case t.applying != "":
		return t.applying
	case t.obstructed():
		return ""
	case rows > 0:
		return t.tryFirst(rows, asks)
	case t.refused(asks):
		return t.freely("To run all that costs nothing")
	case t.costWaits():
		return fmt.Sprintf("To know the cost exactly, without spending: %s, then %s", t.project.again("apply", "--free"), t.project.again("plan"))
	}
	if t.flags.save != "" {
		return "" // the line on the saved plan says it
	}
	return "To do it: " + t.project.again("apply")
}

// obstructed tells whether an apply would stop at a file that is not its own.
func (t *planText) obstructed() bool {
	return !t.flags.force && slices.ContainsFunc(t.plan.Publish, runner.Publish.Blocks)
}

// refused tells whether an apply would not send the requests, on account of the pipeline's limit.
func (t *planText) refused(a runner.Asks) bool {
	limit := t.project.pipeline.Limits.CostPerApply
	return limit != nil && !a.Free && (!a.Priced || a.Likely > *limit)
}

// trial is the number of rows to try before all is paid for: few, and no more than the limit lets through; 0 for no
// trial.
func (t *planText) trial(a runner.Asks) int {
	limit := t.project.pipeline.Limits.CostPerApply
	switch {
	case a.Free || a.New <= trialRows && !t.refused(a):
		return 0
	case limit == nil || a.Priced && a.Likely == 0:
		return trialRows
	case !a.Priced:
		return 0
	}
	return int(min(trialRows, *limit/costOfEach(a)))
}

func costOfEach(a runner.Asks) float64 { return a.Likely / float64(a.New) }

func (t *planText) tryFirst(rows int, a runner.Asks) string {
	cost := ""
	if a.Priced {
		cost = "about $" + figures.USD(costOfEach(a)*float64(rows)) + "; "
	}
	return fmt.Sprintf("Try it first: %s   (%sthese answers count later)", t.project.again("apply", "--max-rows", strconv.Itoa(rows)), cost)
}

// freely proposes to run what asks no model, if there is such.
func (t *planText) freely(purpose string) string {
	if !slices.ContainsFunc(t.plan.Steps, func(s runner.StepPlan) bool { return s.Verdict == runner.Run && !s.AsksAny }) {
		return ""
	}
	return purpose + ": " + t.project.again("apply", "--free")
}

// costWaits tells whether there are requests to pay for that are not known before earlier steps have run.
func (t *planText) costWaits() bool {
	if !slices.ContainsFunc(t.plan.Steps, func(s runner.StepPlan) bool { return s.AsksAny && s.Verdict == runner.Wait && !s.Blocked }) {
		return false
	}
	paid, err := t.project.costs()
	return paid && err == nil
}
