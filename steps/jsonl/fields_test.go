package jsonl_test

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"sftrun.local/steps/jsonl"
)

func TestRowsSplitsAPart(t *testing.T) {
	for part, want := range map[string][]string{
		"":                 nil,
		"{}\n":             {"{}"},
		"{\"a\":1}\n{}\n":  {`{"a":1}`, "{}"},
		"{}\n{\"torn\":1}": {"{}", `{"torn":1}`},
	} {
		var got []string
		for i, row := range jsonl.Rows([]byte(part)) {
			if i != len(got) {
				t.Errorf("%q: index %d, want %d", part, i, len(got))
			}
			got = append(got, string(row))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%q: got %q, want %q", part, got, want)
		}
	}
}

func TestRowsMayBeAppendedToWithoutHarm(t *testing.T) {
	part := []byte("{}\n{}\n")
	for _, row := range jsonl.Rows(part) {
		_ = append(row, 'x')
	}
	if string(part) != "{}\n{}\n" {
		t.Errorf("the part became %q", part)
	}
}

func TestFieldFindsTopLevelFields(t *testing.T) {
	row := []byte(` { "a" : 1.50 , "o":{"x":[{"a":2}],"y":"}"}, "caf\u00e9": "x", "q\"":[1, 2], "twice":1, "twice":"last" } `)
	for name, want := range map[string]string{
		"a": "1.50", "o": `{"x":[{"a":2}],"y":"}"}`, "café": `"x"`, `q"`: "[1, 2]", "twice": `"last"`,
	} {
		if got, ok := jsonl.Field(row, name); !ok || string(got) != want {
			t.Errorf("%s: got %s, %v, want %s", name, got, ok, want)
		}
	}
	for _, name := range []string{"x", "y", "A", ""} {
		if got, ok := jsonl.Field(row, name); ok {
			t.Errorf("%q: got %s, want nothing", name, got)
		}
	}
}

func TestNothingIsFoundInWhatIsNotARow(t *testing.T) {
	for _, row := range []string{"", " ", "[]", "7", `{"a":1`, `{"a"`, `{"a":"x\`, `{"a":"x\"}`, `{a:1}`} {
		if got, ok := jsonl.Field([]byte(row), "a"); ok {
			t.Errorf("%s: found %s", row, got)
		}
		if got := jsonl.Set([]byte(row), "a", []byte("2")); string(got) != row {
			t.Errorf("%s: became %s", row, got)
		}
	}
}

func TestStringDecodes(t *testing.T) {
	for value, want := range map[string]string{
		`""`: "", `"plain"`: "plain", `"a\"\\\/\b\f\n\r\tz"`: "a\"\\/\b\f\n\r\tz", `"\u00e9\u4E2d"`: "é中", `"\ud83d\ude00!"`: "😀!",
		`"\ud800"`: "\ufffd", `"\ud800\ud800\udc00"`: "\ufffd\U00010000", `"\udc00\n"`: "\ufffd\n", `"\ud800\u0041"`: "\ufffdA",
	} {
		if got, ok := jsonl.String([]byte(`{"a":`+value+`}`), "a"); !ok || got != want {
			t.Errorf("%s: got %q, %v, want %q", value, got, ok, want)
		}
	}
	for _, value := range []string{"null", "7", `["x"]`, `{"a":"x"}`} {
		if got, ok := jsonl.String([]byte(`{"a":`+value+`}`), "a"); ok {
			t.Errorf("%s: got %q, want no string", value, got)
		}
	}
}

func TestSetChangesOneFieldOnly(t *testing.T) {
	for _, c := range []struct{ row, want string }{
		{`{}`, `{"n":7}`},
		{`{ }`, `{"n":7 }`},
		{`{"a": 1e3 }`, `{"a": 1e3,"n":7 }`},
		{`{"n":1,"a":[]}`, `{"n":7,"a":[]}`},
		{`{ "n" : {"n":1} , "a":1}`, `{ "n" : 7 , "a":1}`},
		{`{"n":1,"n":2}`, `{"n":1,"n":7}`},
		{`{"\u006e":1}`, `{"\u006e":7}`},
	} {
		row := []byte(c.row)
		if got := jsonl.Set(row, "n", []byte("7")); string(got) != c.want {
			t.Errorf("%s: got %s, want %s", c.row, got, c.want)
		}
		if string(row) != c.row {
			t.Errorf("%s was changed in place: %s", c.row, row)
		}
	}
}

func TestAppendStringEscapesOnlyWhatItMust(t *testing.T) {
	for s, want := range map[string]string{
		"":                 `""`,
		"<a href='x'>&":    `"<a href='x'>&"`,
		"中 😀 \u2028\u2029": "\"中 😀 \u2028\u2029\"",
		"\"\\/\n\t\r\b\f":  `"\"\\/\n\t\r\b\f"`,
		"\x00\x1f\x7f":     "\"\\u0000\\u001f\x7f\"",
		"a\xff\xfeb":       "\"a\ufffd\ufffdb\"",
	} {
		if got := jsonl.AppendString([]byte("="), s); string(got) != "="+want {
			t.Errorf("%q: got %s, want =%s", s, got, want)
		}
	}
}

func FuzzAppendString(f *testing.F) {
	f.Add("a\"b\\\n\x00\u2028😀\xff")
	f.Fuzz(func(t *testing.T, s string) {
		value := jsonl.AppendString(nil, s)
		want := string([]rune(s))
		var got string
		if err := json.Unmarshal(value, &got); err != nil || got != want || !utf8.Valid(value) {
			t.Errorf("%q: written as %s, read as %q, %v", s, value, got, err)
		}
		if got, ok := jsonl.String(jsonl.Set([]byte("{}"), "a", value), "a"); !ok || got != want {
			t.Errorf("%q: written as %s, read back as %q", s, value, got)
		}
	})
}

func FuzzString(f *testing.F) {
	for _, seed := range []string{`"\ud800\udc00"`, `"\ud800\ud800"`, `"a\/\"\\"`, `"\u00`, `"x" `, `"é"`} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, value []byte) {
		var want any
		if !utf8.Valid(value) || json.Unmarshal(value, &want) != nil {
			return
		}
		wanted, isString := want.(string)
		got, ok := jsonl.String(slices.Concat([]byte(`{"a":`), value, []byte(`}`)), "a")
		if got != wanted || ok != isString {
			t.Errorf("%s: got %q, %v, want %q, %v", value, got, ok, wanted, isString)
		}
	})
}

func FuzzFields(f *testing.F) {
	f.Add([]byte(`{"a":1,"b":{"a":[2]},"a":"x","\u0062":null}`), "a")
	f.Add([]byte(` { } `), "")
	f.Add([]byte(`{"":{"":1},"\ud800":2}`), "\ufffd")
	f.Fuzz(func(t *testing.T, row []byte, name string) {
		var fields map[string]json.RawMessage
		if !utf8.Valid(row) || !utf8.ValidString(name) || json.Unmarshal(row, &fields) != nil || fields == nil {
			return
		}
		checkFields(t, row, fields)
		changed := jsonl.Set(row, name, []byte(`"new"`))
		if !json.Valid(changed) {
			t.Fatalf("Set %q in %s made %s", name, row, changed)
		}
		fields[name] = json.RawMessage(`"new"`)
		checkFields(t, changed, fields)
	})
}

// checkFields holds every field of a row against encoding/json.
func checkFields(t *testing.T, row []byte, fields map[string]json.RawMessage) {
	t.Helper()
	for name, want := range fields {
		if got, ok := jsonl.Field(row, name); !ok || !bytes.Equal(got, want) {
			t.Errorf("field %q of %s: got %s, %v, want %s", name, row, got, ok, want)
		}
	}
}

func BenchmarkField(b *testing.B) {
	part := testRows(b)
	b.SetBytes(int64(len(part)))
	for b.Loop() {
		for _, row := range jsonl.Rows(part) {
			jsonl.Field(row, "dataset_source")
		}
	}
}

func BenchmarkSet(b *testing.B) {
	part := testRows(b)
	b.SetBytes(int64(len(part)))
	for b.Loop() {
		for _, row := range jsonl.Rows(part) {
			jsonl.Set(row, "think_token_count", []byte("1234"))
		}
	}
}

func BenchmarkAppendString(b *testing.B) {
	text, _ := jsonl.String([]byte(`{"a":"`+strings.Repeat(`So I wonder:\n what is \"it\"? 中`, 1000)+`"}`), "a")
	b.SetBytes(int64(len(text)))
	var buf []byte
	for b.Loop() {
		buf = jsonl.AppendString(buf[:0], text)
	}
}

func TestNamesAreListedOnce(t *testing.T) {
	if got := jsonl.Names([]byte(` {"b":{"x":1},"a":[],"\u0062":2,"":0}`)); !slices.Equal(got, []string{"b", "a", ""}) {
		t.Errorf("got %q", got)
	}
}

func TestSourceOfRowsThatDoNotSay(t *testing.T) {
	for row, want := range map[string]string{
		`{"dataset_source":"a"}`: "a", `{"dataset_source":""}`: "unknown", `{"dataset_source":7}`: "unknown", `{}`: "unknown",
	} {
		if got := jsonl.Source([]byte(row)); got != want {
			t.Errorf("%s: got %q, want %q", row, got, want)
		}
	}
}

// What has not passed a Reader may be torn anywhere. Looking into it ends, without a panic.
func FuzzTornRows(f *testing.F) {
	for _, seed := range []string{`{"a":"\u12"}`, `{"\u1":1}`, `{"messages":[{"content":"\u"},{"content":"\ud800\u1"}]}`, `{"a":"\`, "{\"a\":\"\n\\\\\"}"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, row []byte) {
		for _, name := range jsonl.Names(row) {
			jsonl.String(row, name)
		}
		messages, _ := jsonl.Messages(row)
		for i, m := range messages {
			jsonl.EditContents(row, map[int][]jsonl.Edit{i: {{Start: len(m.Content), End: len(m.Content), Text: "x"}}})
		}
		jsonl.Set(row, "a", []byte("1"))
	})
}
