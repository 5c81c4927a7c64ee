package stratify

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

func TestStratum(t *testing.T) {
	source := divider{Field: "dataset_source"}
	topic := divider{Field: "topic"}
	tokens := divider{Field: "tokens", Edges: []float64{0, 1000, 4000.5}}
	for _, tt := range []struct {
		row           string
		by            []divider
		name, outside string
	}{
		{`{"dataset_source":"a / ü"}`, []divider{source}, "a / ü", ""},
		{`{"dataset_source":null}`, []divider{source}, "unknown", ""},
		{`{}`, []divider{source}, "unknown", ""},
		{`{"dataset_source":""}`, []divider{source}, "unknown", ""},
		{`{"dataset_source":7}`, []divider{source}, "unknown", ""},
		{`{"dataset_source":["a"]}`, []divider{source}, "unknown", ""},
		{`{"topic":12345678901234567890}`, []divider{topic}, "12345678901234567890", ""},
		{`{"topic":true}`, []divider{topic}, "true", ""},
		{`{"topic":[1, {"a" :2}]}`, []divider{topic}, `[1,{"a":2}]`, ""},
		{`{"topic":""}`, []divider{topic}, "unknown", ""},
		{`{"topic":"allenai/x"}`, []divider{source, topic}, "unknown / allenai/x", ""},
		{`{"dataset_source":"a","tokens":0}`, []divider{source, tokens}, "a / 0–1000", ""},
		{`{"tokens":999.9}`, []divider{tokens}, "0–1000", ""},
		{`{"tokens":1000}`, []divider{tokens}, "1000–4000.5", ""},
		{`{"tokens":4000.5}`, []divider{tokens}, "1000–4000.5", ""},
		{`{"tokens":4000.6}`, []divider{tokens}, "", "tokens: 4000.6"},
		{`{"tokens":-1}`, []divider{tokens}, "", "tokens: -1"},
		{`{"tokens":"many"}`, []divider{tokens}, "", "tokens: many"},
		{`{}`, []divider{tokens}, "", "tokens: unknown"},
		{`{}`, nil, "all", ""},
	} {
		name, outside := stratum(tt.by, fieldsOf(tt.by, []byte(tt.row)))
		if name != tt.name || outside != tt.outside {
			t.Errorf("%s: got %q, %q; want %q, %q", tt.row, name, outside, tt.name, tt.outside)
		}
	}
}

func TestValuesThatLookLikeTwoAreQuoted(t *testing.T) {
	for _, tt := range []struct {
		names []string
		want  string
	}{
		{[]string{"a / b"}, "a / b"},
		{[]string{"a / b", "c"}, `"a / b" / c`},
		{[]string{"a", "b / c"}, `a / "b / c"`},
		{[]string{"a /", "b"}, `"a /" / b`},
		{[]string{"a", "/ b"}, `a / "/ b"`},
		{[]string{`"a"`, "b"}, `"\"a\"" / b`},
	} {
		if got := join(slices.Clone(tt.names)); got != tt.want {
			t.Errorf("%q: got %s, want %s", tt.names, got, tt.want)
		}
	}
}

func TestDifferentValuesNameDifferentStrata(t *testing.T) {
	names := rapid.SliceOfN(rapid.StringMatching(`[a"/ \\]{1,7}`), 3, 3)
	known := map[string]string{}
	rapid.Check(t, func(t *rapid.T) {
		list := names.Draw(t, "names")
		written := fmt.Sprintf("%q", list)
		name := join(list)
		if other, taken := known[name]; taken && other != written {
			t.Fatalf("%s and %s are both called %s", other, written, name)
		}
		known[name] = written
	})
}
