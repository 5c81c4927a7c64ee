package schema_test

import (
	"slices"
	"strings"
	"testing"

	"sftrun.local/schema"
)

func TestFieldsComeWithTheirDocumentation(t *testing.T) {
	d, err := schema.Fields(kinds(t), "filter")
	if err != nil {
		t.Fatal(err)
	}
	if d.Definition != "sft.#Filter" || !strings.HasPrefix(d.Summary, "Keeps the rows whose think blocks") {
		t.Errorf("%s: %s", d.Definition, d.Summary)
	}
	want := []schema.Field{
		{Path: "input", Type: "rows of a step", Doc: "The rows to choose from.", Required: true, Input: true},
		{Path: "tokens.min", Type: "whole number", Range: "at least 0", Default: "500", Doc: "Fewest tokens of a row that is kept."},
		{Path: "blocks", Type: "word", Range: "any, one", Default: `"any"`,
			Doc: "Whether the last assistant message may hold any number of think blocks, or must hold exactly one."},
	}
	for _, f := range want {
		if !slices.Contains(d.Fields, f) {
			t.Errorf("no field %+v in %+v", f, d.Fields)
		}
	}
}

func TestFieldsOfEveryKindAreDocumented(t *testing.T) {
	for _, kind := range append(kindNames, "") {
		d, err := schema.Fields(kinds(t), kind)
		if err != nil {
			t.Fatal(err)
		}
		if d.Summary == "" || len(d.Fields) == 0 {
			t.Errorf("kind %q is without documentation", kind)
		}
		for _, f := range d.Fields {
			if f.Doc == "" && !strings.HasSuffix(f.Path, "*") || f.Type == "" {
				t.Errorf("kind %q: %s is without documentation", kind, f.Path)
			}
		}
	}
}

func TestFieldsOfNoKindNamesTheNearest(t *testing.T) {
	_, err := schema.Fields(kinds(t), "fliter")
	if err == nil || !strings.Contains(err.Error(), `did you mean "filter"?`) {
		t.Errorf("got %v", err)
	}
}

func TestSourceOfAKindThatDefinesNoKindIsRefused(t *testing.T) {
	for _, source := range []string{"package sft\n#Other: kind: \"other\"\n", "package sft\n#Mine: {\n"} {
		if _, err := schema.Fields([]schema.Definition{{Name: "mine", Source: source}}, "mine"); err == nil || !strings.Contains(err.Error(), "kind mine") {
			t.Errorf("got %v", err)
		}
	}
}
