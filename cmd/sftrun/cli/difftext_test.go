package cli

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/cmd/sftrun/cli/compare"
	"sftrun.local/runner"
)

func TestMessagesThatDifferAreShownFromWhereTheyPart(t *testing.T) {
	same := strings.Repeat("The same words. ", 20)
	row := func(content, tail string) json.RawMessage {
		text, err := json.Marshal(map[string]any{"id": "x", "messages": []map[string]string{{"role": "user", "content": "Why?"}, {"role": "assistant", "content": content}}})
		if err != nil {
			t.Fatal(err)
		}
		return append(text[:len(text)-1], tail...)
	}
	got := changedText(changedRow{"x", row(same+"Then <steer>", `,"n":1,"kept":[1]}`), row(same+"Now\n<exec> "+same, `,"kept":[1]}`)})
	want := `
x
  assistant          A  …ds. The same words. The same words. Then <steer>
                     B  …ds. The same words. The same words. Now <exec> The same words. The same words. The same words. The same words.…
  n                  A  1
                     B  (nothing)
`
	if d := cmp.Diff(want[1:], got); d != "" {
		t.Error(d)
	}
}

func TestRowsMayDifferInWhiteSpaceAlone(t *testing.T) {
	got := changedText(changedRow{"x", json.RawMessage(`{"id":"x","messages":[{"role":"user","content":"a  b"}]}`), json.RawMessage(`{"id":"x","messages":[{"role":"user","content":"a b"}]}`)})
	if !strings.Contains(got, `"a  b"`) || !strings.Contains(got, `"a b"`) {
		t.Errorf("the white space is not shown:\n%s", got)
	}
}

func TestMarkdownShowsNamesAsTheyAre(t *testing.T) {
	r := &diffReport{A: diffSide{Name: "run 1"}, B: diffSide{Name: "run 2"}, Steps: []*diffStep{{Name: "my_step",
		A: &diffMade{Out: 1, Dropped: map[string]int{"a|b <c> *d*": 1}}, B: &diffMade{}, Rows: &compare.Counts{A: 1, OnlyA: 1}}},
		Examples: &diffRowList{Step: "my_step", Counts: compare.Counts{Changed: 1}, Changed: []changedRow{{"x", json.RawMessage("{\"v\":\"```\"}"), json.RawMessage(`{"v":1}`)}}}}
	got := markdown(r, false)
	for _, want := range []string{"| my\\_step | dropped: a\\|b &lt;c> \\*d\\* | 1 | – | −1 |\n", "\n``````\nx\n"} {
		if !strings.Contains(got, want) {
			t.Errorf("no %q in\n%s", want, got)
		}
	}
}

// A run of an older version did not keep its pipeline: what is known of its steps is compared.
func TestPipelinesAreComparedByTheirStepsWhereNoMoreIsKnown(t *testing.T) {
	of := func(config, from string) *runner.Snapshot {
		return &runner.Snapshot{Made: []runner.Made{
			{Name: "filter", Detail: &runner.Detail{Kind: "filter", Config: json.RawMessage(config), Inputs: map[string]runner.Input{"input": {Step: from, Stream: "rows"}}}},
			{Name: "late"},
		}}
	}
	d := &differ{project: &project{app: &app{}}, a: of(`{"max":1}`, "sample"), b: of(`{"max":2}`, "other")}
	c, err := d.config(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"steps.filter.input: sample.rows → other.rows", "steps.filter.max: 1 → 2"}
	if d := cmp.Diff(want, configSection(c, false).lines); d != "" || c.Whole {
		t.Errorf("whole %v, %s", c.Whole, d)
	}
}

// What rows hold is shown to the terminal, and never obeyed by it.
func TestRowsThatDifferCannotCommandTheTerminal(t *testing.T) {
	const clear = `\u001b[2J`
	row := func(text string) []byte {
		return []byte(`{"id":"a` + clear + `","messages":[{"role":"user` + clear + `","content":"` + text + clear + `"}],"x` + clear + `":"` + text + `"}`)
	}
	text := changedText(changedRow{ID: "a\x1b[2J", A: row("old"), B: row("new")})
	if strings.Contains(text, "\x1b") || !strings.Contains(text, "old") || !strings.Contains(text, "new") {
		t.Errorf("%q", text)
	}
}
