package jsonl_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"sftrun.local/steps/jsonl"
)

func TestEditContentsChangesNothingElse(t *testing.T) {
	row := `{ "messages":0, "id":"x", "messages": [ {"content" : "old\u00e9", "role":"user"} ,{"role":"assistant","content":"b","n":1e9}, {"role":"tool"}, {"content":[1]}], "z":1.0}`
	for _, c := range []struct {
		edits    map[int][]jsonl.Edit
		old, new string
	}{
		{nil, "", ""},
		{map[int][]jsonl.Edit{7: {{0, 0, "x"}}, -1: {{0, 0, "y"}}, 2: {{0, 0, "z"}}, 3: {{0, 0, "z"}}}, "", ""},
		{map[int][]jsonl.Edit{1: {{0, 1, "new\n\"中\""}}}, `"b"`, `"new\n\"中\""`},
		{map[int][]jsonl.Edit{0: {{0, 3, ""}}}, `"old\u00e9"`, `"\u00e9"`},
		{map[int][]jsonl.Edit{0: {{3, 5, "e"}}, 1: {{1, 1, "!"}}}, `old\u00e9", "role":"user"} ,{"role":"assistant","content":"b"`, `olde", "role":"user"} ,{"role":"assistant","content":"b!"`},
	} {
		if got, want := string(jsonl.EditContents([]byte(row), c.edits)), strings.Replace(row, c.old, c.new, 1); got != want {
			t.Errorf("%v:\ngot  %s\nwant %s", c.edits, got, want)
		}
	}
	for _, odd := range []string{`{"messages":7}`, `{}`, `{"messages":["x"]}`, `[]`, ``} {
		if got := jsonl.EditContents([]byte(odd), map[int][]jsonl.Edit{0: {{0, 0, "x"}}}); string(got) != odd {
			t.Errorf("%s: became %s", odd, got)
		}
	}
}

// Escapes of all sorts stand before, within and after what is edited; only those within go.
func TestEditedContentsKeepTheirEscapes(t *testing.T) {
	const odd = `\ud800\u00e9\/\ud83d\ude00\n\\\"\u003c😀é\ude00`
	row := func(inside string) string { return `{"messages":[{"content":"` + inside + `"}]}` }
	messages, err := jsonl.Messages([]byte(row(odd + "[" + odd + "]" + odd + "[]" + odd)))
	if err != nil {
		t.Fatal(err)
	}
	text := messages[0].Content
	edits := []jsonl.Edit{
		{strings.Index(text, "["), strings.Index(text, "]") + 1, "(é)"},
		{strings.LastIndex(text, "[") + 1, strings.LastIndex(text, "]"), "\n"},
	}
	got := jsonl.EditContents([]byte(row(odd+"["+odd+"]"+odd+"[]"+odd)), map[int][]jsonl.Edit{0: edits})
	if want := row(odd + "(é)" + odd + `[\n]` + odd); string(got) != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Wherever an edit begins and ends, the decoded text is what editing the decoded text gives, and what stands around the
// edit is still written as it was.
func FuzzEditContents(f *testing.F) {
	for _, seed := range []string{`\ud800a\u00e9`, `<\u003cthink\u003e😀\/\\`, `\ud83d\ude00\ud83d`, ``} {
		f.Add(seed, 0, 3, "new\n")
	}
	f.Fuzz(func(t *testing.T, inside string, from, to int, with string) {
		row := fmt.Appendf(nil, `{"messages":[{"content":"%s"}]}`, inside)
		messages, err := jsonl.Messages(row)
		if err != nil || !json.Valid(row) || len(messages) != 1 || string(jsonl.Names(row)[0]) != "messages" {
			return
		}
		places := []int{}
		for i := range messages[0].Content {
			places = append(places, i)
		}
		places = append(places, len(messages[0].Content))
		start := places[abs(from)%len(places)]
		end := max(start, places[abs(to)%len(places)])
		edited := jsonl.EditContents(row, map[int][]jsonl.Edit{0: {{start, end, with}}})
		got, err := jsonl.Messages(edited)
		want := messages[0].Content[:start] + string([]rune(with)) + messages[0].Content[end:]
		if err != nil || !json.Valid(edited) || got[0].Content != want {
			t.Errorf("%s [%d:%d] = %q: got %s, want %q", row, start, end, with, edited, want)
		}
	})
}

func abs(n int) int { return max(n, -(n + 1)) }
