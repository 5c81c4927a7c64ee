package stratify

import "testing"

func TestStratum(t *testing.T) {
	source := divider{Field: "dataset_source"}
	tokens := divider{Field: "tokens", Edges: []float64{0, 1000, 4000.5}}
	for _, tt := range []struct {
		row           string
		by            []divider
		name, outside string
	}{
		{`{"dataset_source":"a / ü"}`, []divider{source}, "a / ü", ""},
		{`{"dataset_source":null}`, []divider{source}, "unknown", ""},
		{`{}`, []divider{source}, "unknown", ""},
		{`{"dataset_source":12345678901234567890}`, []divider{source}, "12345678901234567890", ""},
		{`{"dataset_source":true}`, []divider{source}, "true", ""},
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
		name, outside := stratum(tt.by, []byte(tt.row))
		if name != tt.name || outside != tt.outside {
			t.Errorf("%s: got %q, %q; want %q, %q", tt.row, name, outside, tt.name, tt.outside)
		}
	}
}
