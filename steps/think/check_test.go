package think_test

import (
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
)

// answer returns a row with one assistant message.
func answer(content string) []byte {
	return []byte(`{"messages":[{"role":"user","content":"?"},{"role":"assistant","content":` + string(jsonl.AppendString(nil, content)) + `}]}`)
}

func TestCheckOfMessages(t *testing.T) {
	valid := `{"role":"assistant","content":"<think><steer>a</steer><exec>b</exec></think>"}`
	for row, want := range map[string]think.Issue{
		`{"id":"x"}`:      {Type: think.InvalidMessages, Detail: `"messages" is missing`},
		`{"messages":[]}`: {Type: think.MissingAssistant, Detail: "none among 0 messages"},
		`{"messages":[{"role":"user","content":"a"}]}`:                                    {Type: think.MissingAssistant, Detail: "none among 1 messages"},
		`{"messages":[{"role":"assistant","content":null}]}`:                              {Type: think.MissingAssistant, Detail: "none among 1 messages"},
		`{"messages":[` + valid + `,{"role":"assistant","content":"no block"}]}`:          {Type: think.InvalidBlockCount, Detail: "0 think blocks"},
		`{"messages":[` + valid + `,{"role":"user"},{"role":"assistant","content":[]}]}`:  {},
		`{"messages":[{"role":"assistant","content":"<think></think>"},` + valid + `]}`:   {},
		`{"messages":[{"role":"assistant","content":"<think></think><THINK>a</THINK>"}]}`: {Type: think.InvalidBlockCount, Detail: "2 think blocks"},
	} {
		got := think.Check([]byte(row), think.Rules{})
		if want == (think.Issue{}) && len(got) == 0 {
			continue
		}
		if !slices.Equal(got, []think.Issue{want}) {
			t.Errorf("%s: got %v, want %v", row, got, want)
		}
	}
}

func TestCheckOfSections(t *testing.T) {
	const s, e = "<steer>a</steer>", "<exec>b</exec>"
	for _, c := range []struct {
		name, block string
		want        []think.Issue
	}{
		{"one pair", s + e, nil},
		{"pairs in disorder are pairs", e + "\n" + s + s + e, nil},
		{"names may differ", "<Steering>a</steer>\n\n<exec>b</EXECUTION>", nil},
		{"blank", " ", []think.Issue{{think.NoPairedSections, "0 steer, 0 exec"}}},
		{"text alone", "hm", []think.Issue{{think.NoPairedSections, "0 steer, 0 exec"}, {think.ResidualText, "hm"}}},
		{"steer alone", s, []think.Issue{{think.NoPairedSections, "1 steer, 0 exec"}, {think.UnmatchedSections, "1 steer, 0 exec"}}},
		{"one exec too many", s + e + e, []think.Issue{{think.UnmatchedSections, "1 steer, 2 exec"}}},
		{"text between", s + " so " + e, []think.Issue{{think.ResidualText, "so"}}},
	} {
		if got := think.Check(answer("<think>"+c.block+"</think>\nDone."), think.Rules{}); !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", c.name, got, c.want)
		}
	}
}

func TestOrderRule(t *testing.T) {
	const s, e = "<steer>a</steer>", "<exec>b</exec>"
	for block, want := range map[string]string{
		s + e + s + e:                    "",
		e + s:                            "section 1 is exec, not steer",
		s + s + e + e:                    "section 2 is steer, not exec",
		"<steer>a<exec>b</exec></steer>": "section 2 (exec) starts inside section 1",
	} {
		content := "<think>" + block + "</think>"
		var got string
		for _, issue := range think.Check(answer(content), think.Rules{Order: true}) {
			got = issue.Type + ": " + issue.Detail
		}
		if want != "" {
			want = think.SectionOrder + ": " + want
		}
		if got != want {
			t.Errorf("%s: got %q, want %q", block, got, want)
		}
		if issues := think.Check(answer(content), think.Rules{}); len(issues) != 0 {
			t.Errorf("%s: %v without the rule", block, issues)
		}
	}
}

func TestResidualPreviewCountsCharacters(t *testing.T) {
	for _, n := range []int{219, 220, 221, 1000} {
		issues := think.Check(answer("<think><steer>a</steer><exec>b</exec>"+strings.Repeat("想", n)+"</think>"), think.Rules{})
		if want := strings.Repeat("想", min(n, 220)); len(issues) != 1 || issues[0].Detail != want {
			t.Errorf("%d characters: got %v", n, issues)
		}
	}
}
