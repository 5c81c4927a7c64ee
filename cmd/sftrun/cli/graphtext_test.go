package cli

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/schema"
)

// join takes rows of two steps, one of which comes later; the file names it before them.
var joined = []schema.Step{
	{Name: "join", Kind: "merge", Publish: "all.jsonl", Inputs: []schema.Input{{Field: "left", Step: "sample", Stream: "rows"}, {Field: "right", Step: "filter", Stream: "rejects"}}},
	{Name: "sample", Kind: "sample", Publish: "raw.jsonl"},
	{Name: "filter", Kind: "filter", Inputs: []schema.Input{{Field: "input", Step: "sample", Stream: "rows"}}},
	{Name: "again", Kind: "filter", Inputs: []schema.Input{{Field: "input", Step: "join", Stream: "rows"}}},
	{Name: "other", Kind: "sample"},
}

func TestAStepWithTwoInputsStandsUnderTheLaterOne(t *testing.T) {
	want := `
  sample           sample                                         → raw.jsonl
  └─ filter        filter
     └─ join       merge    left: sample, right: filter.rejects   → all.jsonl
        └─ again   filter
  other            sample
`
	if d := cmp.Diff(want[1:], graphText(joined)); d != "" {
		t.Error(d)
	}
}

func TestArrowsOfTheFlowchartNameTheInputs(t *testing.T) {
	got := mermaidOf(joined)
	for _, line := range []string{`s1 -->|"left"| s0`, `s2 -->|"right: rejects"| s0`, `s1 --> s2`, `s0 --> s3`} {
		if !strings.Contains(got, "  "+line+"\n") {
			t.Errorf("no line %q in\n%s", line, got)
		}
	}
}
