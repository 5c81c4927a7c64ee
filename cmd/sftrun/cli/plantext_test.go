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
	p := &project{
		app: &app{}, gateway: model.New(model.Options{Clients: clients()}), settings: &settings.Settings{Store: t.TempDir()},
		pipeline: pipelineOf(t, "limits: costPerApply: 25"),
	}
	return newPlanText(p, &runner.Plan{Pipeline: "dolci-steer", Steps: steps}).text()
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
		"1 runs.   Cost unknown.",
	)
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
