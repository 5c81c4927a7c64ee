package cli

import (
	"context"
	"errors"
	"strings"
	"testing"

	"sftrun.local/runner"
)

// savedGate is the gate of an apply of a plan that prices 612 requests of transform, and has rewrite wait for at most
// 50 rows.
func savedGate(t *testing.T, f applyFlags) *gate {
	t.Helper()
	g, _ := gateFor(t, f, "")
	priced := paid(612)
	g.stated = statedBy(&saved{&runner.SavedPlan{Plan: &runner.Plan{Steps: []runner.StepPlan{
		{Name: "transform", Verdict: runner.Run, Asks: &priced},
		{Name: "rewrite", Verdict: runner.Wait, MostRows: 50, AsksAny: true},
		{Name: "unbounded", Verdict: runner.Wait, MostRows: -1, AsksAny: true},
	}}}, "tonight.plan"})
	return g
}

func TestYesAgreesToWhatASavedPlanStated(t *testing.T) {
	g := savedGate(t, applyFlags{yes: true})
	for _, n := range []int{400, 212} { // in two rounds
		if ok, err := g.confirm(context.Background(), "transform", paid(n)); !ok || err != nil {
			t.Errorf("%d requests: %v, %v", n, ok, err)
		}
	}
	ok, err := g.confirm(context.Background(), "transform", paid(1))
	want := "transform: 1 new request, 1,388 already paid.  About $0.01 (0.01–0.02).  That is more than tonight.plan stated (612 requests, about $6.12 (4.90–12.24)), so --yes does not agree to it.  Nothing of it was sent.  Plan again: sftrun plan -o tonight.plan"
	if ok || err == nil || err.Error() != want {
		t.Errorf("one more: %v\n%v", ok, err)
	}
}

func TestDearerRequestsThanASavedPlanStatedAreNotAgreedTo(t *testing.T) {
	g := savedGate(t, applyFlags{yes: true})
	dear, unknown := paid(612), paid(612)
	dear.Most *= 2
	unknown.Priced = false
	for _, asks := range []runner.Asks{dear, unknown} {
		if ok, err := g.confirm(context.Background(), "transform", asks); ok || err == nil {
			t.Errorf("%+v: %v, %v", asks, ok, err)
		}
	}
}

// Without a plan up to askAbove requests are sent without asking. Above what a saved plan stated none are.
func TestMoreThanASavedPlanBoundedIsAsked(t *testing.T) {
	g := savedGate(t, applyFlags{})
	if ok, err := g.confirm(context.Background(), "rewrite", paid(50)); !ok || err != nil {
		t.Errorf("50 of 50: %v, %v", ok, err)
	}
	if ok, err := g.confirm(context.Background(), "rewrite", paid(1)); ok || !errors.Is(err, errNobodyToAsk) {
		t.Errorf("51 of 50: %v, %v", ok, err)
	}
	if ok, err := g.confirm(context.Background(), "unbounded", paid(99)); !ok || err != nil {
		t.Errorf("without a bound: %v, %v", ok, err)
	}
	if got, want := g.stated.remark("rewrite", paid(1)), "This is more than tonight.plan stated (at most 50 rows).\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	g = savedGate(t, applyFlags{yes: true})
	if ok, err := g.confirm(context.Background(), "rewrite", paid(5000)); !ok || err != nil {
		t.Errorf("--yes for a step that the plan did not price: %v, %v", ok, err)
	}
	if got := g.stated.remark("transform", paid(700)); !strings.HasPrefix(got, "This is more than tonight.plan stated (612 requests, about $6.12") {
		t.Errorf("%q", got)
	}
}
