package main_test

// What changes fields of a step: it is executed, and so is what its new result is worked on by.
var configEdits = []edit{
	// sample
	{name: "more rows a shard than it has", edit: func(p *project) { p.edit("rowsPerShard: 100", "rowsPerShard: 200") },
		actions: map[string]int{"sample": 4}, least: 4, // only who reads a shard knows that it has no more
		reasons: map[string]string{"sample": "steps.sample.rowsPerShard: 100 → 200"}},
	{name: "fewer rows a shard", edit: func(p *project) { p.edit("rowsPerShard: 100", "rowsPerShard: 70", "target: 150", "target: 90") },
		actions: map[string]int{"sample": 4, "filter": 3, "stratify": 4, "transform": 1, "validate": 2}, least: 14, // one shard has 55 rows, all of which are still picked
		reasons: map[string]string{"sample": "steps.sample.rowsPerShard: 100 → 70"}},
	{name: "fewer shards", edit: func(p *project) { p.edit("shards:       10", "shards:       3", "target: 150", "target: 100") },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4, // the candidates of three parts are there
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 100; steps.sample.shards: 10 → 3"}},
	{name: "one shard more", edit: func(p *project) {
		p.edit("shards:       10", "shards:       3", "target: 150", "target: 100")
		p.afresh()
		p.edit("shards:       3", "shards:       4")
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": "steps.sample.shards: 3 → 4"}},
	{name: "a glob widened to one more file", edit: func(p *project) { p.write("data/more-1.jsonl", moreRows(p)); p.edit("data/train-*", "data/*-*") },
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": `steps.sample.from: "data/train-*" → "data/*-*"`}},
	{name: "a glob narrowed", edit: func(p *project) { p.edit("data/train-*", "data/train-0000[0-2]*", "target: 150", "target: 100") },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": `steps.stratify.target: 150 → 100; steps.sample.from: "data/train-*" → "data/train-0000[0-2]*"`}},
	{name: "a glob that names shards in another way", edit: func(p *project) { p.edit("data/train-*", "*/train-*") },
		actions: map[string]int{"sample": 4}, least: 4, // rows are drawn by the name, and only who reads a shard knows that all of them are
		reasons: map[string]string{"sample": `steps.sample.from: "data/train-*" → "*/train-*"`}},
	{name: "the seed", edit: func(p *project) { p.edit("seed: 42", "seed: 43") },
		actions: map[string]int{"sample": 4, "stratify": 5, "transform": 1, "validate": 1}, least: 11, // all rows of a shard, whatever the seed
		reasons: map[string]string{"sample": "seed: 42 → 43"}},
	{name: "the seed, but for one step", edit: func(p *project) { p.edit("seed: 42", "seed: 43", "rowsPerShard: 100", "rowsPerShard: 100, seed: 42") },
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 1}, least: 7,
		reasons: map[string]string{"stratify": "seed: 42 → 43"}},

	// filter
	{name: "tokens.max lowered", edit: func(p *project) { p.edit("max: 16384", "max: 2200") },
		actions: map[string]int{"filter": 4, "stratify": 5, "transform": 1, "validate": 1}, least: 11,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 2200"}},
	{name: "tokens.max raised above every row", edit: func(p *project) { p.edit("max: 16384", "max: 16400") },
		actions: map[string]int{"filter": 4}, least: 4,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "tokens.max by a tag", edit: func(p *project) { p.edit("max: 16384", "max: int @tag(most,type=int)") }, args: []string{"-t", "most=16400"},
		actions: map[string]int{"filter": 4}, least: 4,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "a field removed that is no default", edit: func(p *project) { p.edit("\t\t\tblocks: \"one\"\n", "") },
		actions: map[string]int{"filter": 4}, least: 4, // the rows with several blocks are too short
		reasons: map[string]string{"filter": `steps.filter.blocks: "one" → "any"`}},
	{name: "another vocabulary", edit: func(p *project) { p.edit("max: 16384", `max: 16384, encoding: "o200k_base"`) },
		actions: map[string]int{"filter": 4, "stratify": 5, "transform": 1, "validate": 1}, least: 11, // every row has another count
		reasons: map[string]string{"filter": `steps.filter.tokens.encoding: "cl100k_base" → "o200k_base"`}},
	{name: "two edits of two steps", edit: func(p *project) { p.edit("max: 16384", "max: 16400", "target: 150", "target: 120") },
		actions: map[string]int{"filter": 4, "stratify": 1, "transform": 1, "validate": 2}, least: 8,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "two edits of two steps far apart", edit: func(p *project) { p.edit("target: 150", "target: 120", `onInvalid: "fail"`, `onInvalid: "report"`) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 120"}},

	// stratify
	{name: "the target", edit: func(p *project) { p.edit("target: 150", "target: 180") },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 180"}},
	{name: "a seed of the step's own", edit: func(p *project) { p.edit("target: 150", "target: 150, seed: 7") },
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 1}, least: 7,
		reasons: map[string]string{"stratify": "steps.stratify.seed: 42 → 7"}},
	{name: "a quota", edit: func(p *project) { p.edit("target: 150", `target: 150, shares: "LAION-AI/AIW": quota: 30`) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 1}, least: 3,
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".quota: now 30`}},
	{name: "a weight, and another that says nothing", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shares: {"LAION-AI/AIW": weight: 2, "cpldcpu/MisguidedAttention": weight: 1}`)
	},
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 1}, least: 3,
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".weight: now 2`}},
	{name: "a cap", edit: func(p *project) { p.edit("target: 150", `target: 150, shares: "LAION-AI/AIW": cap: 10`) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 1}, least: 3,
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".cap: now 10`}},
	{name: "a cap above what the stratum gets", edit: func(p *project) { p.edit("target: 150", `target: 150, shares: "LAION-AI/AIW": cap: 100`) },
		actions: map[string]int{"stratify": 1}, least: 1, // what it gets is known when the rows are counted
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".cap: now 100`}},
	{name: "two fields that go only together", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shortfall: "allow", shares: "LAION-AI/AIW": quota: 100`)
		p.afresh()
		p.edit("target: 150", "target: 60", "quota: 100", "quota: 20")
	},
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".quota: 100 → 20; steps.stratify.target: 150 → 60`}},
	{name: "a share removed", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shares: "LAION-AI/AIW": cap: 10`)
		p.afresh()
		p.edit(`, shares: "LAION-AI/AIW": cap: 10`, "")
	},
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 1}, least: 3,
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".cap: was 10, now not set`}},
	{name: "a shortfall allowed where there is none", edit: func(p *project) { p.edit("target: 150", `target: 150, shortfall: "allow"`) },
		actions: map[string]int{"stratify": 1}, least: 1, // whether there is one is known when the rows are counted
		reasons: map[string]string{"stratify": `steps.stratify.shortfall: "fail" → "allow"`}},
	{name: "a variant with a field of its own", edit: func(p *project) { p.write("variants/allow/variant.cue", allowing) },
		args: []string{"--variant", "allow"}, drawn: "output/allow/stratified_sample.jsonl",
		actions: map[string]int{"stratify": 1}, least: 1,
		reasons: map[string]string{"stratify": `steps.stratify.shortfall: "fail" → "allow"`}},
	{name: "other fields divide the rows", edit: func(p *project) {
		p.edit("target: 150", `target: 150, by: [{field: "dataset_source"}, {field: "think_token_count", edges: [0, 2000, 20000]}]`)
	},
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 1}, least: 7,
		reasons: map[string]string{"stratify": `steps.stratify.by: [{"field":"dataset_source"}] → [{"field":"dataset_source"},{"edges":[0,2000,20000],"field":…`}},
	{name: "the dividing fields in another order", edit: func(p *project) {
		p.edit("target: 150", `target: 150, by: [{field: "dataset_source"}, {field: "think_token_count", edges: [0, 2000, 20000]}]`)
		p.afresh()
		p.edit(`{field: "dataset_source"}, `, "", "20000]}]", `20000]}, {field: "dataset_source"}]`)
	},
		actions: map[string]int{"stratify": 5}, least: 5, // strata have other names, so ties might go in another way
		reasons: map[string]string{"stratify": `steps.stratify.by: [{"field":"dataset_source"},{"edges":[0,2000,20000],"field":… → [{"edges":[0,2000,20000],"field":"think_token_count"},{"fiel…`}},
	{name: "two edits of one step", edit: func(p *project) { p.edit("target: 150", "target: 120, seed: 7") },
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 2}, least: 8,
		reasons: map[string]string{"stratify": "steps.stratify.seed: 42 → 7; steps.stratify.target: 150 → 120"}},
	{name: "an edit that matters and ones that do not", edit: func(p *project) {
		p.edit("target: 150", `target: 120, shares: "LAION-AI/AIW": weight: 1, publish: "drawn.jsonl"`, `name: "outline"`, `name: "outline", batch: false`)
	}, drawn: "output/drawn.jsonl",
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2}, least: 4,
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 120"}},

	// validate
	{name: "what an invalid row means", edit: func(p *project) { p.edit(`onInvalid: "fail"`, `onInvalid: "report"`) },
		actions: map[string]int{"validate": 1}, least: 1, // the check is as before
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"`}},
	{name: "invalid rows dropped", edit: func(p *project) { p.edit(`onInvalid: "fail"`, `onInvalid: "drop"`) },
		actions: map[string]int{"validate": 2}, least: 2,
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "drop"`}},
	{name: "examples of invalid rows", edit: func(p *project) { p.edit(`onInvalid: "fail"`, `onInvalid: "fail", maxIssueExamples: 5`) },
		actions: map[string]int{"validate": 2}, least: 2,
		reasons: map[string]string{"validate": "steps.validate.maxIssueExamples: 20 → 5"}},
	{name: "sections in order", edit: func(p *project) { p.edit(`onInvalid: "fail"`, `onInvalid: "report", order: true`) },
		actions: map[string]int{"validate": 2}, least: 2,
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"; steps.validate.order: false → true`}},
}
