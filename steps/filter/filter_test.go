package filter_test

import (
	"errors"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/filter"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/steptest"
	"sftrun.local/steps/tokens"
)

// between is the config of a step that keeps rows of min to max tokens.
func between(min, max int, blocks string) string {
	return fmt.Sprintf(`{"tokens":{"min":%d,"max":%d,"encoding":"cl100k_base"},"blocks":%q}`, min, max, blocks)
}

// row writes a row whose assistant messages have the contents given.
func row(id string, contents ...string) string {
	var messages strings.Builder
	messages.WriteString(`{"role":"user","content":"<think>ten words that are in no assistant message at all</think>"}`)
	for _, c := range contents {
		messages.WriteString(`,{"role":"assistant","content":` + string(jsonl.AppendString(nil, c)) + `}`)
	}
	return fmt.Sprintf(`{"id":%q,"messages":[%s],"dataset_source":"s"}`, id, &messages)
}

// words is a text of n tokens.
func words(n int) string { return strings.TrimSpace(strings.Repeat("yes ", n)) }

func run(t *testing.T, config string, rows ...string) steptest.Dataset {
	t.Helper()
	return steptest.Run(t, filter.Kind(), steptest.Case{Config: config, Inputs: map[string][]string{"input": rows}})
}

func TestBothEndsOfTheRangeAreIncluded(t *testing.T) {
	made := run(t, between(3, 1000, "any"),
		row("a", "<think>"+words(2)+"</think>"), row("b", "<think>"+words(3)+"</think>"),
		row("c", "<think>"+words(1000)+"</think>"), row("d", "<think>"+words(1001)+"</think>"))
	want := []string{with(row("b", "<think>"+words(3)+"</think>"), 3), with(row("c", "<think>"+words(1000)+"</think>"), 1000)}
	if !slices.Equal(made.Texts(), want) {
		t.Errorf("got %q, want %q", made.Texts(), want)
	}
	wantRejects := []string{"a: too short: 2 tokens", "d: too long: more than 1,000 tokens"}
	if got := rejects(made); !slices.Equal(got, wantRejects) {
		t.Errorf("got %q, want %q", got, wantRejects)
	}
}

// with is the row with the column that the filter adds.
func with(row string, count int) string {
	return strings.TrimSuffix(row, "}") + fmt.Sprintf(`,"think_token_count":%d}`, count)
}

func rejects(made steptest.Dataset) []string {
	var lines []string
	for _, r := range made.Rejects {
		lines = append(lines, fmt.Sprintf("%s: %s: %s", r.ID, r.Reason, r.Detail))
	}
	return lines
}

func TestTokensAreSummedOverAllThinkBlocks(t *testing.T) {
	made := run(t, between(6, 6, "any"), row("a", "<think>\n"+words(1)+" </think>x<THINK>"+words(2)+"</THINK>", "<think>"+words(3)+"</think>"))
	if len(made.Rows) != 1 {
		t.Errorf("dropped: %q", rejects(made))
	}
}

func TestSpecialTokensArePlainText(t *testing.T) {
	counter, err := tokens.Load("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	n := counter.Count("<|endoftext|>")
	made := run(t, between(n, n, "any"), row("a", "<think><|endoftext|></think>"))
	if n < 2 || len(made.Rows) != 1 {
		t.Errorf("%d tokens; dropped: %q", n, rejects(made))
	}
}

func TestRowsWithoutThinkBlockAreDropped(t *testing.T) {
	rows := []string{
		row("none"), row("no tags", "hello"), row("never closed", "<think>hello"),
		`{"id":"not text","messages":[{"role":"assistant","content":[{"text":"<think>a</think>"}]}]}`,
	}
	made := run(t, between(1, 100, "any"), rows...)
	if got := made.Reasons()["without think block"]; got != len(rows) {
		t.Errorf("%d of %d dropped: %q", got, len(rows), rejects(made))
	}
}

// Without a lower end the sum decides alone, and it is 0 without a block as it is with a blank one.
func TestNoLowerEndKeepsRowsWithoutTokens(t *testing.T) {
	rows := []string{row("none"), row("no tags", "hello"), row("blank", "<think> </think>")}
	made := run(t, between(0, 100, "any"), rows...)
	if want := []string{with(rows[0], 0), with(rows[1], 0), with(rows[2], 0)}; !slices.Equal(made.Texts(), want) {
		t.Errorf("got %q, want %q", made.Texts(), want)
	}
}

func TestOneBlockIsDemandedOfTheLastAssistantMessage(t *testing.T) {
	one, two := "<think>a</think>", "<think>a</think><think></think>"
	rows := []string{row("1", one), row("1 after 2", two, one), row("2", two), row("2 after 1", one, two), row("0 after 1", one, "so"), row("none")}
	made := run(t, between(0, 100, "one"), rows...)
	want := []string{
		"2: several think blocks: 2 in the last assistant message", "2 after 1: several think blocks: 2 in the last assistant message",
		"0 after 1: without think block: none in the last assistant message", "none: without think block: none in the last assistant message",
	}
	if got := rejects(made); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if made := run(t, between(0, 100, "any"), rows...); len(made.Rows) != 6 {
		t.Errorf("any number of blocks: dropped %q", rejects(made))
	}
}

func TestUnreadableMessagesAreDropped(t *testing.T) {
	made := run(t, between(0, 100, "any"), `{"id":"a"}`, `{"id":"b","messages":["x"]}`, `{"messages":null}`)
	want := []string{
		`a: invalid messages: "messages" is missing`, `b: invalid messages: messages[0] is not an object`, `: invalid messages: "messages" is not a list`,
	}
	if got := rejects(made); !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestNothingButTheCountChanges(t *testing.T) {
	odd := `{ "n":1e400, "think_token_count" : 7, "messages":[{"content":"<think>\u0061</think>","role":"assistant"}] }`
	made := run(t, between(0, 100, "any"), odd)
	want := []string{strings.Replace(odd, "7", "1", 1)}
	if !slices.Equal(made.Texts(), want) {
		t.Errorf("got %q, want %q", made.Texts(), want)
	}
}

func TestRowsAreCountedBySource(t *testing.T) {
	made := run(t, between(2, 100, "any"),
		row("a", "<think>yes yes</think>"), row("b", "<think>yes</think>"), `{"messages":[{"role":"assistant","content":"<think>yes yes</think>"}]}`)
	if got, want := made.Figures["rows in by source"], (map[string]int{"s": 2, "unknown": 1}); !maps.Equal(got, want) {
		t.Errorf("in: got %v, want %v", got, want)
	}
	if got, want := made.Figures["rows by source"], (map[string]int{"s": 1, "unknown": 1}); !maps.Equal(got, want) {
		t.Errorf("out: got %v, want %v", got, want)
	}
}

func TestEachPartIsAnActionWithTheWholeConfig(t *testing.T) {
	made := steptest.Run(t, filter.Kind(), steptest.Case{
		Config: between(1, 9, "one"), PartRows: 2, Inputs: map[string][]string{"input": {row("a"), row("b"), row("c")}},
	})
	var labels []string
	for _, a := range made.Actions {
		labels = append(labels, a.Label)
		if string(a.Config) != between(1, 9, "one") {
			t.Errorf("%s: config %s", a.Label, a.Config)
		}
	}
	if want := []string{"part 1 of 2", "part 2 of 2"}; !slices.Equal(labels, want) {
		t.Errorf("got %q, want %q", labels, want)
	}
}

func TestMistakesInTheConfigNameTheirField(t *testing.T) {
	for config, field := range map[string]string{
		between(5, 4, "any"):  "tokens.max",
		between(-1, 4, "any"): "tokens.min",
		between(0, 4, "two"):  "blocks",
		`{"tokens":{"min":1,"max":2,"encoding":"morse"},"blocks":"any"}`: "tokens.encoding",
	} {
		_, err := filter.Kind().New([]byte(config))
		var wrong *steps.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: got %v, want an error of %s", config, err, field)
		}
	}
}

// The schema offers exactly the encodings that can be counted.
func TestAllEncodingsAreOffered(t *testing.T) {
	offered := `"^(` + strings.Join(tokens.Encodings(), "|") + `)$"`
	if !strings.Contains(filter.Kind().Schema, offered) {
		t.Errorf("kind.cue does not offer %s", offered)
	}
	for _, encoding := range tokens.Encodings() {
		config := fmt.Sprintf(`{"tokens":{"min":2,"max":2,"encoding":%q},"blocks":"any"}`, encoding)
		if made := run(t, config, row("a", "<think>yes yes</think>")); len(made.Rows) != 1 {
			t.Errorf("%s: dropped %q", encoding, rejects(made))
		}
	}
}

// The rows are published traces: torn, empty, with three blocks, and three that have one.
func TestRealRows(t *testing.T) {
	text, err := os.ReadFile("../jsonl/testdata/rows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	want := map[string]int{"without think block": 2, "too short": 1, "several think blocks": 1}
	made := run(t, between(200, 16384, "one"), rows...)
	if got := made.Reasons(); !maps.Equal(got, want) || len(made.Rows) != 2 {
		t.Errorf("got %v and %d rows, want %v and 2 rows", got, len(made.Rows), want)
	}
}
