package cli

import (
	"bytes"
	"regexp"
	"slices"
	"testing"

	"sftrun.local/runner"
	"sftrun.local/schema"
)

func TestStepsEndInTheOrderOfTheirRows(t *testing.T) {
	var out bytes.Buffer
	input := func(step string) []schema.Input { return []schema.Input{{Field: "input", Step: step}} }
	p := &project{app: &app{Stdio: Stdio{Out: &out}}, pipeline: &schema.Pipeline{Steps: []schema.Step{
		{Name: "sample"}, {Name: "transform", Inputs: input("sample")}, {Name: "validate", Inputs: input("transform")}, {Name: "aside"},
	}}}
	s := newProgress(p)
	for _, name := range []string{"sample", "transform", "validate", "aside"} {
		s.event(runner.Event{What: runner.Began, Step: name})
	}
	for _, name := range []string{"validate", "aside", "sample", "transform"} {
		s.event(runner.Event{What: runner.Ended, Step: name, Report: &runner.StepReport{Name: name}})
	}
	told := regexp.MustCompile(`(?m)^  \w+`).FindAllString(out.String(), -1)
	if want := []string{"  aside", "  sample", "  transform", "  validate"}; !slices.Equal(told, want) {
		t.Errorf("told in the order %q, want %q", told, want)
	}

	out.Reset()
	s = newProgress(p)
	s.event(runner.Event{What: runner.Began, Step: "validate"})
	s.event(runner.Event{What: runner.Ended, Step: "validate", Report: &runner.StepReport{Name: "validate"}})
	s.end()
	if out.Len() == 0 {
		t.Error("a step that ended was not told of, as the one before it did not")
	}
}

func TestRequestsAreTold(t *testing.T) {
	for want, r := range map[string]runner.StepReport{
		"8 requests new, 142 answered before": {Asked: 8, Answered: 142},
		"1 new request":                       {Asked: 1},
		"150 requests answered before":        {Answered: 150},
		"":                                    {},
	} {
		if got := requestsOf(r); got != want {
			t.Errorf("%d sent, %d before: %q, want %q", r.Asked, r.Answered, got, want)
		}
	}
}

// While a person is asked, the work goes on: nothing is written, nobody waits, and what happened is told afterwards.
func TestPauseHoldsBackTextAndNotTheWork(t *testing.T) {
	var out bytes.Buffer
	p := &project{app: &app{Stdio: Stdio{Out: &out}}, pipeline: &schema.Pipeline{Steps: []schema.Step{{Name: "aside"}}}}
	s := newProgress(p)
	s.event(runner.Event{What: runner.Began, Step: "aside"})
	s.pause(func() {
		s.event(runner.Event{What: runner.Ended, Step: "aside", Report: &runner.StepReport{Name: "aside"}})
		if out.Len() > 0 {
			t.Errorf("written into the question: %q", out.String())
		}
	})
	if out.Len() == 0 {
		t.Error("what happened during the pause is not told")
	}
}
