package model_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
)

func TestRefusalsAreSettledAndTransientOnesForThisApply(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	f.answer = func(_ context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		return model.Answer{Usage: model.Usage{In: 7}}, model.Provenance{CostUSD: 0.25},
			&steps.Refusal{Reason: "NO", Detail: r.User, Transient: r.User == "q1"}
	}
	var told []steps.Sent
	g := here.open(t, both(f))
	sending := steps.Sending{Run: "r", Step: "s", Sent: func(s steps.Sent) { told = append(told, s) }}
	for range 2 {
		if err := g.Send(t.Context(), questions(t, "gemini", 0, 2), sending); err != nil {
			t.Fatal(err)
		}
		for i := range 2 {
			wantRefusal(t, g, i, i == 1)
		}
	}
	if f.calls() != 2 || len(told) != 4 || !told[0].Refused || told[0].USD != 0.25 || told[3].USD != 0 {
		t.Errorf("%d calls, told %+v", f.calls(), told)
	}
	next := here.open(t, both(f))
	wantRefusal(t, next, 0, false)
	wantPending(t, next, ask("gemini", 1))
	f.answer = echo
	if err := next.Forget(t.Context(), []string{ask("gemini", 0).Key()}); err != nil {
		t.Fatal(err)
	}
	wantPending(t, next, ask("gemini", 0))
	send(t, next, questions(t, "gemini", 0, 2))
	wantReply(t, next, ask("gemini", 0))
	wantReply(t, next, ask("gemini", 1))
	if r, all, err := next.Spent(t.Context(), "r"); err != nil || r != 1.5 || all != 1.5 {
		t.Errorf("spent %v of %v, %v; want 1.5: what refusals cost counts", r, all, err)
	}
}

func wantRefusal(t *testing.T, g *model.Gateway, i int, transient bool) {
	t.Helper()
	_, err := g.Lookup(t.Context(), question(t, ask("gemini", i)))
	var refusal *steps.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != "NO" || refusal.Detail != fmt.Sprint("q", i) || refusal.Transient != transient {
		t.Fatalf("question %d: got %#v", i, err)
	}
}

func TestCutOffAnswersAreRefusedOnce(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	reasons := []string{"MAX_TOKENS", "SAFETY", "RECITATION", ""}
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		a, from, err := echo(ctx, r)
		a.Finish = reasons[int(r.User[1]-'0')]
		return a, from, err
	}
	g := here.open(t, both(f))
	for range 2 {
		send(t, g, questions(t, "gemini", 0, len(reasons)))
	}
	for i, reason := range reasons {
		_, err := here.open(t, nil).Lookup(t.Context(), question(t, ask("gemini", i)))
		var refusal *steps.Refusal
		if !errors.As(err, &refusal) || refusal.Transient || !strings.Contains(refusal.Reason, reason) || refusal.Reason == "" {
			t.Errorf("finish reason %q: got %v, want it as a settled refusal", reason, err)
		}
	}
	sums, err := g.Sums(t.Context())
	if err != nil || len(sums) != 1 || sums[0].Refused != 4 || sums[0].USD != 2 || sums[0].Out != 16 || f.calls() != 4 {
		t.Errorf("%d calls, booked %+v, %v; want four, with what they cost", f.calls(), sums, err)
	}
}

// A step may find a reply unusable that was paid for: it is asked again, and the new one is found, everywhere.
func TestForgottenAnswersAreAskedAgain(t *testing.T) {
	here, f := place{t.TempDir()}, newFake()
	g := here.open(t, both(f))
	f.answer = func(ctx context.Context, r model.Request) (model.Answer, model.Provenance, error) {
		a, from, err := echo(ctx, r)
		a.Text = ""
		return a, from, err
	}
	send(t, g, questions(t, "gemini", 0, 2))
	if err := g.Forget(t.Context(), []string{ask("gemini", 0).Key(), ask("gemini", 7).Key()}); err != nil {
		t.Fatal(err)
	}
	wantPending(t, g, ask("gemini", 0))
	wantPending(t, here.rebuilt(t), ask("gemini", 0))
	f.answer = echo
	send(t, g, questions(t, "gemini", 0, 2))
	for _, g := range []*model.Gateway{g, here.open(t, nil), here.rebuilt(t)} {
		wantReply(t, g, ask("gemini", 0))
		if _, all, err := g.Spent(t.Context(), ""); err != nil || all != 1.5 || f.calls() != 3 {
			t.Errorf("spent %v for %d calls, %v; want 1.5 for 3: the first answer stays in the books", all, f.calls(), err)
		}
	}
}
