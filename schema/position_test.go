package schema_test

import (
	"fmt"
	"testing"

	"sftrun.local/schema"
)

func TestPositionIsWhereTheValueIsWritten(t *testing.T) {
	tests := []struct{ path, want string }{
		{"seed", "pipeline.cue:7:8 seed"},
		{"limits.costPerApply", "pipeline.cue:8:24 limits.costPerApply"},
		{"steps.filter.tokens.max", "pipeline.cue:23:35 steps.filter.tokens.max"},
		{"steps.filter.tokens.min", "variants/v/variant.cue:4:30 steps.filter.tokens.min"},
		{"steps.filter.tokens.encoding", "variants/v/variant.cue:4:24 steps.filter.tokens"},
		{"steps.sample.seed", "pipeline.cue:7:8 seed"},
		{"steps.validate.order", "pipeline.cue:36:13 steps.validate"},
		{"steps.stratify.by[0].field", "pipeline.cue:29:18 steps.stratify.by[0].field"},
		{"steps.transform.model.name", "pipeline.cue:12:18 models.flash.name"},
		{"steps.transform.model.thinkingLevel", "variants/v/variant.cue:3:31 models.flash.thinkingLevel"},
		{"steps.transform.model.temperature", "pipeline.cue:33:11 steps.transform.model"},
		{"steps.short.tokens.max", "variants/v/variant.cue:6:67 steps.short.tokens.max"},
		{"steps.short.blocks", "variants/v/variant.cue:7:24 steps.short.blocks"},
	}
	p := load(t, map[string]string{"pipeline.cue": base(t), "variants/v/variant.cue": `package pipeline
import "sftrun.local/sft"
models: flash: thinkingLevel: "medium"
steps: filter: tokens: {min: 5}

let small = sft.#Filter & {input: steps.sample.rows, tokens: max: 9, publish: ""}
steps: short: {blocks: "any"} & small
`}, func(o *schema.Options) { o.Variant = "v" })
	for _, test := range tests {
		at, ok := p.Position(test.path)
		if got := fmt.Sprint(at, " ", at.Path); got != test.want || !ok {
			t.Errorf("%s is at %s, want %s", test.path, got, test.want)
		}
	}
}

func TestPositionOfAPipelineThatWasNotLoadedIsFalse(t *testing.T) {
	if at, ok := (&schema.Pipeline{Name: "x"}).Position("name"); ok {
		t.Errorf("it is at %v", at)
	}
}

func TestPositionOfNothingIsFalse(t *testing.T) {
	p := load(t, map[string]string{"pipeline.cue": base(t)}, nil)
	for _, path := range []string{"", "nothing", "models[", "#x"} {
		if at, ok := p.Position(path); ok {
			t.Errorf("%q is at %v", path, at)
		}
	}
}
