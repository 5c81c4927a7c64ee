package exclude_test

import (
	"testing"

	"sftrun.local/examples/add-a-kind/exclude"
	"sftrun.local/steps/steptest"
)

func TestRowsThatMatchAreLeftOut(t *testing.T) {
	made := steptest.Run(t, exclude.Kind(), steptest.Case{
		Config: `{"pattern": "(?i)as an ai"}`,
		Inputs: map[string][]string{"input": {
			`{"id":"a","messages":[{"role":"user","content":"As an AI?"},{"role":"assistant","content":"Four."}]}`,
			`{"id":"b","messages":[{"role":"assistant","content":"As an AI, I cannot."}]}`,
			`{"id":"c","messages":7}`,
		}},
	})
	if len(made.Rows) != 1 || made.Reasons()["matches the pattern"] != 1 || made.Reasons()["invalid messages"] != 1 {
		t.Errorf("rows %q, rejects %v", made.Texts(), made.Reasons())
	}
}
