package runner_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sftrun.local/runner"
	"sftrun.local/steps"
)

func TestSettledFailuresAreAskedAgainOnlyOnDemand(t *testing.T) {
	p := newProject(t)
	p.oracle.refuse = func(body []byte) *steps.Refusal {
		if strings.Contains(string(body), "r6") {
			return &steps.Refusal{Reason: "SAFETY"}
		}
		return nil
	}
	if rep := p.apply(); rep.Outcome != runner.Partial || rep.Steps[3].Tally.Failed["SAFETY"] != 1 {
		t.Fatalf("outcome %s, %v", rep.Outcome, rep.Steps[3].Tally)
	}
	p.oracle.refuse = nil
	if p.apply().Changed {
		t.Error("a settled failure was asked again")
	}
	p.opt.RetryFailed = true
	if rep := p.apply(); rep.Outcome != runner.Complete || rep.Steps[3].Asked != 1 {
		t.Errorf("with retry: %s, asked %d", rep.Outcome, rep.Steps[3].Asked)
	}
	p.opt.RetryFailed = false
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan after the retry: %s", verdicts(plan))
	}
}

func TestPassingFailuresAreTriedByTheNextApply(t *testing.T) {
	p := newProject(t)
	p.oracle.refuse = func(body []byte) *steps.Refusal {
		if strings.Contains(string(body), "r6") {
			return &steps.Refusal{Reason: "503", Transient: true}
		}
		return nil
	}
	if rep := p.apply(); rep.Outcome != runner.Partial {
		t.Fatalf("outcome %s", rep.Outcome)
	}
	p.oracle.refuse = nil
	p.oracle.forgetPassing()
	if got, want := verdicts(p.plan()), "read cached, keep cached, top cached, ask run 1, judge wait"; got != want {
		t.Errorf("plan: %s, want %s", got, want)
	}
	if rep := p.apply(); rep.Outcome != runner.Complete || rep.Steps[3].Asked != 1 {
		t.Errorf("next apply: %s, asked %d", rep.Outcome, rep.Steps[3].Asked)
	}
}

func TestQuestionsAreSentOnce(t *testing.T) {
	p := newProject(t)
	p.write("data/c.jsonl", rows(7, 7, 6)) // the same rows again
	p.apply()
	p.edit("target: 4", "target: 6")
	plan := p.plan()
	if plan.Steps[2].Verdict != runner.Run {
		t.Fatalf("plan: %s", verdicts(plan))
	}
	p.apply()
	for key, n := range p.oracle.sent {
		if n != 1 {
			t.Errorf("question %s was sent %d times", key, n)
		}
	}
}

func TestPaidStepsAreHeldBack(t *testing.T) {
	p := newProject(t)
	p.oracle.price = 1
	rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{Free: true})
	if err != nil || rep.Outcome != runner.Held || len(p.oracle.sent) != 0 || !rep.Steps[3].Held || rep.Steps[3].Asks.New != 4 {
		t.Errorf("--free: %v, %s, sent %d, %+v", err, rep.Outcome, len(p.oracle.sent), rep.Steps[3])
	}
	rep, err = p.runner().Apply(t.Context(), runner.ApplyOptions{
		Confirm: func(_ context.Context, step string, asks runner.Asks) (bool, error) {
			return false, nil
		},
	})
	if err != nil || rep.Outcome != runner.Held || len(p.oracle.sent) != 0 {
		t.Errorf("refused: %v, %s, sent %d", err, rep.Outcome, len(p.oracle.sent))
	}
	rep = p.apply()
	if rep.Outcome != runner.Complete || rep.Steps[3].USD != 4 {
		t.Errorf("agreed: %s, $%v", rep.Outcome, rep.Steps[3].USD)
	}
}

// refuseRow makes the oracle refuse a row.
func refuseRow(p *project, refusals map[string]*steps.Refusal) {
	p.oracle.refuse = func(body []byte) *steps.Refusal {
		for id, r := range refusals {
			if strings.Contains(string(body), id) {
				return r
			}
		}
		return nil
	}
}

func TestPassingFailureDoesNotHaveSettledOnesAskedAgain(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "MAX_TOKENS"}, "r6": {Reason: "503", Transient: true}})
	p.apply()
	p.oracle.refuse = nil
	p.oracle.forgetPassing()
	asks := p.plan().Steps[3].Asks
	if asks == nil || asks.New != 1 || asks.Refused != 1 {
		t.Errorf("plan: %+v", asks)
	}
	if rep := p.apply(); rep.Steps[3].Asked != 1 || rep.Steps[3].Tally.Failed["MAX_TOKENS"] != 1 {
		t.Errorf("apply: asked %d, %+v", rep.Steps[3].Asked, rep.Steps[3].Tally)
	}
}

func TestLostObjectsOfAStepWithFailedRowsAreMadeAgainWithoutAsking(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "SAFETY"}})
	p.apply()
	want := p.read("output/ask.jsonl")
	sent := len(p.oracle.sent)
	m := p.bucket.(*memory)
	for name := range m.data {
		if strings.HasPrefix(name, "objects/") {
			delete(m.data, name)
		}
	}
	p.oracle.refuse = nil
	if rep := p.apply(); rep.Steps[3].Asked != 0 || len(p.oracle.sent) != sent || p.read("output/ask.jsonl") != want {
		t.Errorf("asked %d", rep.Steps[3].Asked)
	}
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan: %s", verdicts(plan))
	}
}

func TestRefusalsAreForgottenOnlyWhenItIsAgreedToAskAgain(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "SAFETY"}})
	p.apply()
	p.oracle.price, p.oracle.refuse = 1, nil
	p.opt.RetryFailed = true
	if asks := p.plan().Steps[3].Asks; asks == nil || asks.New != 1 || asks.Refused != 0 {
		t.Errorf("plan: %+v", asks)
	}
	no := func(context.Context, string, runner.Asks) (bool, error) { return false, nil }
	if _, err := p.runner().Apply(t.Context(), runner.ApplyOptions{Confirm: no}); err != nil {
		t.Fatal(err)
	}
	if len(p.oracle.refused) != 1 {
		t.Error("the refusal was forgotten though nobody agreed")
	}
	if rep := p.apply(); rep.Outcome != runner.Complete || rep.Steps[3].Asked != 1 {
		t.Errorf("agreed: %s, asked %d", rep.Outcome, rep.Steps[3].Asked)
	}
}

func TestRepliesThatTheKindRefusesAreAskedAgainOnDemand(t *testing.T) {
	p := newProject(t)
	p.oracle.bad = "r6" // its first reply is no good
	if rep := p.apply(); rep.Outcome != runner.Partial || rep.Steps[3].Tally.Failed["bad reply"] != 1 {
		t.Fatalf("%s, %+v", rep.Outcome, rep.Steps[3].Tally)
	}
	if p.apply().Changed {
		t.Error("asked again without demand")
	}
	p.oracle.bad = ""
	p.opt.RetryFailed = true
	if rep := p.apply(); rep.Outcome != runner.Complete || rep.Steps[3].Asked != 1 {
		t.Errorf("on demand: %s, asked %d", rep.Outcome, rep.Steps[3].Asked)
	}
}

func TestRetryDoesNothingForAKindThatAsksNothing(t *testing.T) {
	p := newProject(t)
	p.write("data/c.jsonl", `{"id":"x"}`+"\n")
	p.apply()
	p.toys.take()
	p.opt.RetryFailed = true
	p.apply()
	if done := p.toys.take(); len(done) > 0 || p.plan().Changes() {
		t.Errorf("executed %v", done)
	}
}

func TestMoneySpentBeforeAnErrorIsRecorded(t *testing.T) {
	p := newProject(t)
	p.oracle.price, p.oracle.failAfter = 10, 2
	rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
	if err == nil || !rep.Changed || rep.Steps[3].USD != 20 || rep.Steps[3].Asked != 2 || rep.Run.Number != 1 {
		t.Errorf("%v, changed %v, run %d, %+v", err, rep.Changed, rep.Run.Number, rep.Steps[3])
	}
	p.oracle.failAfter = 0
	if rep := p.apply(); rep.Steps[3].Asked != 2 {
		t.Errorf("the next apply asked %d", rep.Steps[3].Asked)
	}
}

func TestStepsThatAskTheSameAskOnce(t *testing.T) {
	p := newProject(t)
	p.edit(`judge: sft`, `again: sft.#Ask & {input: keep.rows, prompt: "prompt.md"}
		judge: sft`)
	p.opt.Workers = 4
	p.apply()
	for key, n := range p.oracle.sent {
		if n != 1 {
			t.Errorf("question %s was sent %d times", key, n)
		}
	}
}

func TestStepsWithEqualActionsExecuteThemOnce(t *testing.T) {
	p := newProject(t)
	p.edit(`top: sft`, `keep2: sft.#Keep & {input: read.rows, min: 3}
		top: sft`)
	p.opt.Workers = 4
	p.apply()
	if done := p.toys.take(); done["keep"] != 2 {
		t.Errorf("executed %v", done)
	}
}

func TestLostProvenanceIsMissedByPlanAndApplyAlike(t *testing.T) {
	p := newProject(t)
	p.apply()
	m := p.bucket.(*memory)
	for name, data := range m.data {
		if strings.Contains(string(data), `{"job":"j1"}`) && strings.HasPrefix(name, "objects/") {
			delete(m.data, name)
		}
	}
	os.Remove(filepath.Join(p.dir, "output/ask.jsonl"))
	if got := verdicts(p.plan()); got != "read cached, keep cached, top cached, ask run 1, judge wait" {
		t.Errorf("plan: %s", got)
	}
	p.toys.take()
	p.apply()
	if done := p.toys.take(); done["ask"] != 1 || len(done) != 1 {
		t.Errorf("executed %v", done)
	}
}

func TestQuestionThatIsRefusedAgainIsAskedOnceADemand(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "SAFETY"}})
	p.apply()
	p.opt.RetryFailed = true
	for demand := 1; demand <= 2; demand++ {
		rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{})
		if err != nil || rep.Outcome != runner.Partial || rep.Steps[3].Asked != 1 {
			t.Fatalf("demand %d: %v, %+v", demand, err, rep.Steps[3])
		}
	}
	p.opt.RetryFailed = false
	if plan := p.plan(); plan.Changes() {
		t.Errorf("plan: %s", verdicts(plan))
	}
}

func TestNothingIsForgottenWhenAnApplyStopsBeforeSending(t *testing.T) {
	p := newProject(t)
	refuseRow(p, map[string]*steps.Refusal{"r7": {Reason: "SAFETY"}})
	p.apply()
	p.oracle.price = 1
	p.opt.RetryFailed = true
	stop := make(chan struct{})
	_, err := p.runner().Apply(t.Context(), runner.ApplyOptions{Stop: stop, Confirm: func(ctx context.Context, _ string, _ runner.Asks) (bool, error) {
		close(stop)
		<-ctx.Done() // the question is taken back
		return true, nil
	}})
	if !errors.Is(err, runner.ErrStopped) || len(p.oracle.refused) != 1 {
		t.Errorf("%v, %d refusals left", err, len(p.oracle.refused))
	}
}

func TestStepServedByAnotherStepsActionsIsFinished(t *testing.T) {
	p := newProject(t)
	p.edit(`top: sft`, `keep2: sft.#Keep & {input: read.rows, min: 3, publish: "keep2.jsonl"}
		top: sft`)
	p.edit(`judge: sft.#Judge & {input: ask.rows, publish: "judge.json"}`, ``)
	p.opt.Workers = 1
	if rep := p.apply(); rep.Outcome != runner.Complete || p.read("output/keep2.jsonl") != p.read("output/keep.jsonl") {
		t.Errorf("outcome %s", rep.Outcome)
	}
}

func TestOnlyWhatWasAgreedToIsSent(t *testing.T) {
	p := newProject(t)
	p.oracle.price = 1
	agreed := 0
	rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{Confirm: func(_ context.Context, _ string, asks runner.Asks) (bool, error) {
		agreed += asks.New
		return true, nil
	}})
	if err != nil || agreed != rep.Steps[3].Asked || agreed != 4 {
		t.Errorf("%v: agreed to %d, sent %d", err, agreed, rep.Steps[3].Asked)
	}
}

// Two steps that put the same questions at the same time pay for them once, and are agreed to once.
func TestQuestionsOfTwoStepsAreAgreedToOnce(t *testing.T) {
	p := newProject(t)
	p.oracle.price = 1
	p.oracle.delay = 50 * time.Millisecond // both steps come to their questions before either has answers
	p.edit("judge: sft", "other: sft.#Ask & {input: keep.rows, prompt: \"prompt.md\", publish: \"other.jsonl\"}\n\t\tjudge: sft")
	agreed := 0
	rep, err := p.runner().Apply(t.Context(), runner.ApplyOptions{
		Confirm: func(_ context.Context, _ string, asks runner.Asks) (bool, error) {
			agreed += asks.New
			return true, nil
		},
	})
	if err != nil || rep.Outcome != runner.Complete {
		t.Fatalf("apply: %v, %v", rep, err)
	}
	if len(p.oracle.sent) != 5 || agreed != 5 {
		t.Errorf("%d questions agreed to, %d of them distinct; want 5 of 5", agreed, len(p.oracle.sent))
	}
}
