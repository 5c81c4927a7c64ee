package main_test

// What changes which steps there are and how they are connected.
var graphEdits = []edit{
	{name: "a step under another name beside it", edit: func(p *project) {
		p.edit("\t\ttransform: sft", "\t\tagain: sft.#Stratify & {input: filter.rows, target: 150, publish: \"again.jsonl\"}\n\t\ttransform: sft")
	}},
	{name: "a step at the end", edit: func(p *project) {
		p.edit("\t\tvalidate: sft", "\t\tlast: sft.#Filter & {input: transform.rows, tokens: min: 1, publish: \"last.jsonl\"}\n\t\tvalidate: sft")
	},
		actions: map[string]int{"last": 1}, least: 1,
		reasons: map[string]string{"last": "new step (not in run 1)"}},
	{name: "a step at the end removed", edit: func(p *project) {
		p.edit("\t\tvalidate: sft.#Validate & {\n\t\t\tinput:     transform.rows\n\t\t\tonInvalid: \"fail\"\n\t\t}\n", "")
	}},
	{name: "a step between two that changes nothing", edit: func(p *project) {
		p.edit("\t\tstratify: sft", "\t\twide: sft.#Filter & {input: filter.rows, tokens: {min: 400, max: 20000}, publish: \"\"}\n\t\tstratify: sft",
			"input:  filter.rows", "input:  wide.rows")
	},
		actions: map[string]int{"wide": 4}, least: 4, // whose rows are those that came in
		reasons: map[string]string{"wide": "new step (not in run 1)"}},
	{name: "a step between two", edit: func(p *project) {
		p.edit("\t\tstratify: sft", "\t\tshort: sft.#Filter & {input: filter.rows, tokens: {max: 2200}, publish: \"\"}\n\t\tstratify: sft",
			"input:  filter.rows", "input:  short.rows")
	},
		actions: map[string]int{"short": 4, "stratify": 5, "transform": 1, "validate": 1}, least: 11,
		reasons: map[string]string{"short": "new step (not in run 1)"}},
	{name: "a step between two removed", edit: func(p *project) {
		p.edit("\t\tfilter: sft.#Filter & {\n\t\t\tinput: sample.rows\n\t\t\ttokens: {min: 500, max: 16384}\n\t\t\tblocks: \"one\"\n\t\t}\n", "",
			"input:  filter.rows", "input:  sample.rows", `onInvalid: "fail"`, `onInvalid: "report"`)
	},
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 2}, least: 8,
		reasons: map[string]string{"stratify": `steps.stratify.input: "filter.rows" → "sample.rows"`}},
	{name: "an input connected elsewhere", edit: func(p *project) { p.edit("input:     transform.rows", "input:     stratify.rows", "fail", "report") },
		actions: map[string]int{"validate": 2}, least: 2,
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"; steps.validate.input: "transform.rows" → "stratify.rows"`}},
	{name: "an input connected to what was left out", edit: func(p *project) { p.edit("input:     transform.rows", "input:     stratify.rejects", "fail", "report") },
		actions: map[string]int{"validate": 2}, least: 2,
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"; steps.validate.input: "transform.rows" → "stratify.rejects"`}},
	{name: "two steps of a kind in the other order", edit: func(p *project) {
		p.edit("\t\tstratify: sft", "\t\tshort: sft.#Filter & {input: filter.rows, tokens: {max: 2200}, publish: \"\"}\n\t\tstratify: sft",
			"input:  filter.rows", "input:  short.rows")
		p.applied()
		p.edit("input: sample.rows", "input: short.rows", "input: filter.rows", "input: sample.rows", "input:  short.rows", "input:  filter.rows")
	},
		// What comes out of both together is as before. The second one finds rows with a count in them that it writes again.
		actions: map[string]int{"short": 4, "filter": 4}, least: 8,
		reasons: map[string]string{"short": `steps.short.input: "filter.rows" → "sample.rows"`}},
	{name: "a step of another kind under the name", edit: func(p *project) {
		p.edit("validate: sft.#Validate & {\n\t\t\tinput:     transform.rows\n\t\t\tonInvalid: \"fail\"\n\t\t}", "validate: sft.#Filter & {input: transform.rows, tokens: min: 0, publish: \"all.jsonl\"}")
	},
		actions: map[string]int{"validate": 1}, least: 1,
		reasons: map[string]string{"validate": `steps.validate.kind: "validate" → "filter"`}},
	{name: "a step renamed and changed", edit: func(p *project) {
		p.edit("filter: sft", "lengths: sft", "filter.rows", "lengths.rows", "max: 16384", "max: 16400")
	},
		actions: map[string]int{"lengths": 4}, least: 4,
		reasons: map[string]string{"lengths": "steps.lengths.tokens.max: 16384 → 16400"}},
	{name: "a step renamed and the next one changed", edit: func(p *project) {
		p.edit("filter: sft", "lengths: sft", "filter.rows", "lengths.rows", "target: 150", "target: 120")
	},
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 120"}},
}
