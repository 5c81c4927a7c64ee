package jsonl_test

import (
	"encoding/json"
	"errors"
	"slices"
	"testing"

	"sftrun.local/steps/jsonl"
)

func TestMessagesDecodes(t *testing.T) {
	row := `{"id":"x","messages":[{"role":"user","content":"a\nb"}, {"content":null,"role":"assistant","n":1},
		{"role":"tool","content":[{"type":"text"}]},{},{"role":7,"content":"x","content":"last"}]}`
	got, err := jsonl.Messages([]byte(row))
	want := []jsonl.Message{
		{Role: "user", Content: "a\nb", IsText: true},
		{Role: "assistant"},
		{Role: "tool"},
		{},
		{Content: "last", IsText: true},
	}
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("got %+v, %v\nwant %+v", got, err, want)
	}
}

func TestMessagesSaysWhatIsWrong(t *testing.T) {
	for row, want := range map[string]string{
		`{"id":"x"}`:                    `"messages" is missing`,
		`{"messages":null}`:             `"messages" is not a list`,
		`{"messages":{"role":"user"}}`:  `"messages" is not a list`,
		`{"messages":[{},"hello"]}`:     `messages[1] is not an object`,
		`{"messages":[null,{}]}`:        `messages[0] is not an object`,
		`{"messages":[{"role":"user"}]`: `"messages" is missing`,
	} {
		_, err := jsonl.Messages([]byte(row))
		var wrong *jsonl.MessagesError
		if !errors.As(err, &wrong) || err.Error() != want {
			t.Errorf("%s: got %v, want %s", row, err, want)
		}
	}
}

func TestMessagesAgreesWithEncodingJSON(t *testing.T) {
	for _, row := range jsonl.Rows(testRows(t)) {
		var want struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal(row, &want); err != nil {
			t.Fatal(err)
		}
		got, err := jsonl.Messages(row)
		if err != nil || len(got) != len(want.Messages) {
			t.Fatalf("%d messages, %v, want %d", len(got), err, len(want.Messages))
		}
		for i, m := range want.Messages {
			if got[i] != (jsonl.Message{Role: m.Role, Content: m.Content, IsText: true}) {
				t.Errorf("message %d: got %+v, want %+v", i, got[i], m)
			}
		}
	}
}

func BenchmarkMessages(b *testing.B) {
	part := testRows(b)
	b.SetBytes(int64(len(part)))
	for b.Loop() {
		for _, row := range jsonl.Rows(part) {
			if _, err := jsonl.Messages(row); err != nil {
				b.Fatal(err)
			}
		}
	}
}
