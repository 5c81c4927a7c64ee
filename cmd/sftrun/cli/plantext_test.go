package cli

import (
	"strings"
	"testing"
	"time"

	"sftrun.local/cmd/sftrun/cli/settings"
	"sftrun.local/runner"
	"sftrun.local/steps/model"
)

// textOf is a plan in words, without the header and without what depends on this machine's disk.
func textOf(t *testing.T, steps ...runner.StepPlan) string {
	t.Helper()
	return planOf(t, "limits: costPerApply: 25", steps...).text()
}

// planOf is a plan of a pipeline that has what is given besides.
func planOf(t *testing.T, fields string, steps ...runner.StepPlan) *planText {
	t.Helper()
	p := &project{
		app: &app{}, gateway: model.New(model.Options{}), settings: &settings.Settings{Store: t.TempDir()},
		pipeline: pipelineOf(t, fields),
	}
	return newPlanText(p, &runner.Plan{Pipeline: "dolci-steer", Steps: steps})
}

func cached(name string, rows int) runner.StepPlan {
	return runner.StepPlan{Name: name, Verdict: runner.Cached, Tally: &runner.Tally{Out: rows}}
}

func contains(t *testing.T, text string, lines ...string) {
	t.Helper()
	for _, line := range lines {
		if !strings.Contains("\n"+text, "\n"+line+"\n") {
			t.Errorf("no line %q in\n%s", line, text)
		}
	}
}

func TestAPaidStepSaysWhyAndForHowMuch(t *testing.T) {
	text := textOf(t,
		cached("sample", 60000), cached("stratify", 2000),
		runner.StepPlan{
			Name: "transform", Verdict: runner.Run, Actions: 20, ToRun: 20, RowsIn: 2000, AsksAny: true,
			Reasons: []runner.Reason{{Text: `models.flash.thinkingLevel: "low" → "medium"`, At: "pipeline.cue:13:18"}},
			Asks:    &runner.Asks{New: 2000, Priced: true, TokensIn: 11_000_000, TokensOut: 12_900_000, Least: 17, Likely: 22.1, Most: 31},
		},
		runner.StepPlan{Name: "validate", Verdict: runner.Wait, WaitsFor: []string{"transform"}},
	)
	contains(t, text,
		"  sample      cached   60,000 rows",
		"  stratify    cached    2,000 rows",
		"  transform   run       2,000 new requests, 0 of 2,000 already paid",
		`                       models.flash.thinkingLevel: "low" → "medium"   pipeline.cue:13:18`,
		"                       11.0 M tokens in, 12.9 M out   $22.10  (17.00–31.00)",
		"  validate    wait     for transform",
		"Try it first: sftrun apply --max-rows 20   (about $0.22; these answers count later)",
	)
	if want := "1 runs, 1 waits, 2 cached.   Cost $22.10 (up to 31.00) may pass costPerApply 25.00 (pipeline.cue:5:"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

func TestWhatIsNotKnownIsNotMadeUp(t *testing.T) {
	text := textOf(t, runner.StepPlan{
		Name: "transform", Verdict: runner.Run, AsksAny: true,
		Asks: &runner.Asks{New: 4, Answered: 5, Refused: 1, TokensIn: 850, TokensOut: 90},
	})
	contains(t, text,
		"  transform   run      4 new requests, 5 of 10 already paid, 1 settled as failed",
		"                       850 tokens in, 90 out   cost unknown: no price is known for the model",
	)
	if want := "1 runs.   Cost unknown, so costPerApply 25.00 (pipeline.cue:5:"; !strings.Contains(text, want) {
		t.Errorf("no %q in\n%s", want, text)
	}
}

// asking is a step that has to put paid questions, of a cent each if they are priced.
func asking(n int, priced bool) runner.StepPlan {
	a := paid(n)
	a.Priced = priced
	return runner.StepPlan{Name: "transform", Verdict: runner.Run, AsksAny: true, Asks: &a}
}

func TestWhatIsProposedCanBeDone(t *testing.T) {
	free := runner.StepPlan{Name: "filter", Verdict: runner.Run, Actions: 1, ToRun: 1}
	for _, c := range []struct {
		what, fields string
		steps        []runner.StepPlan
		want         string
	}{
		{"much", "", []runner.StepPlan{asking(2000, true)}, "Try it first: sftrun apply --max-rows 20   (about $0.20; these answers count later)"},
		{"few", "", []runner.StepPlan{asking(20, true)}, "To do it: sftrun apply"},
		{"no price", "", []runner.StepPlan{asking(2000, false)}, "Try it first: sftrun apply --max-rows 20   (these answers count later)"},
		{"no price to hold against a limit", "limits: costPerApply: 25", []runner.StepPlan{asking(2000, false)}, ""},
		{"a trial that fits the limit", "limits: costPerApply: 0.055", []runner.StepPlan{asking(2000, true)}, "Try it first: sftrun apply --max-rows 5   (about $0.05; these answers count later)"},
		{"few, beyond the limit", "limits: costPerApply: 0.055", []runner.StepPlan{asking(20, true)}, "Try it first: sftrun apply --max-rows 5   (about $0.05; these answers count later)"},
		{"not one within the limit", "limits: costPerApply: 0.001", []runner.StepPlan{asking(2000, true)}, ""},
		{"other work", "limits: costPerApply: 0.001", []runner.StepPlan{free, asking(2000, true)}, "To run all that costs nothing: sftrun apply --free"},
	} {
		if got := planOf(t, c.fields, c.steps...).next(); got != c.want {
			t.Errorf("%s: %q, want %q", c.what, got, c.want)
		}
	}
	if text := planOf(t, "limits: costPerApply: 0.001", asking(2000, true)).text(); !strings.Contains(text, "passes costPerApply 0.001 (") {
		t.Errorf("the limit is not shown as it was written:\n%s", text)
	}
}

func TestAFileInTheWayIsSaidSo(t *testing.T) {
	for why, want := range map[string][2]string{
		runner.Edited:  {"was changed by hand: an apply would not begin.", "was changed by hand and will be overwritten (--force)."},
		runner.Foreign: {"was not written by sftrun: an apply would not begin.", "was not written by sftrun and will be overwritten (--force)."},
	} {
		for i, force := range []bool{false, true} {
			p := planOf(t, "", runner.StepPlan{Name: "filter", Verdict: runner.Run})
			p.plan.Publish = []runner.Publish{{File: "output/x.jsonl", Why: why}}
			p.flags.force = force
			text := p.text()
			if !strings.Contains(text, "\noutput/x.jsonl "+want[i]) {
				t.Errorf("no %q in\n%s", want[i], text)
			}
			if got := strings.Contains(text, "To do it: "); got != force {
				t.Errorf("force %v: an apply is proposed: %v", force, got)
			}
		}
	}
}

func TestRowsThatDidNotComeThroughAreSeen(t *testing.T) {
	text := textOf(t, runner.StepPlan{
		Name: "transform", Verdict: runner.Cached, Partial: true,
		Tally: &runner.Tally{Out: 1991, Failed: map[string]int{"MAX_TOKENS": 9}},
	})
	contains(t, text, "  transform   cached   1,991 rows, 9 failed")
}

func TestAPlanNamesTheRunThatItIsComparedWith(t *testing.T) {
	at := time.Date(time.Now().Year(), 11, 22, 18, 40, 0, 0, time.Local)
	plan := &runner.Plan{Since: &runner.RunRecord{Number: 12, Started: at}, OfBase: true}
	if got, want := newPlanText(&project{}, plan).compared(), "compared with run 12 (without variant), 22 Nov 18:40"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
