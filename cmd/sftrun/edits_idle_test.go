package main_test

// What cannot change a result: nothing is executed, and no reason is given.
var idleEdits = []edit{
	{name: "nothing"},

	// How the pipeline is written.
	{name: "a comment", edit: func(p *project) { p.edit("sft.#Pipeline & {", "// New words.\nsft.#Pipeline & {") }},
	{name: "white space and the order of fields", edit: func(p *project) {
		p.edit("shards:       10\n\t\t\trowsPerShard: 100", "rowsPerShard: 100\n\n\n\t\t\tshards: 10")
	}},
	{name: "the order of steps", edit: func(p *project) {
		p.edit("\n\t\tvalidate: sft.#Validate & {\n\t\t\tinput:     transform.rows\n\t\t\tonInvalid: \"fail\"\n\t\t}\n", "",
			"steps: {", "steps: {\n\t\tvalidate: sft.#Validate & {input: transform.rows, onInvalid: \"fail\"}\n")
	}},
	{name: "defaults written out", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shortfall: "fail", by: [{field: "dataset_source"}]`,
			"model: models.writer", "model: models.writer, maxRows: 5000", `"outline"`, `"outline", temperature: 0.0, thinkingLevel: "low"`)
	}},
	{name: "a default of a nested field removed", edit: func(p *project) { p.edit("tokens: {min: 500, max: 16384}", "tokens: max: 16384") }},
	{name: "defaults of several steps removed", edit: func(p *project) {
		p.edit("\t\t\ttokens: {min: 500, max: 16384}\n", "", "\t\t\tonInvalid: \"fail\"\n", "", "\tseed: 42\n", "")
	}},
	{name: "the seed of the pipeline written in a step", edit: func(p *project) { p.edit("target: 150", "target: 150, seed: 42") }},
	{name: "a let clause with equal value", edit: func(p *project) {
		p.edit("steps: {", "let most = 16384\n\tsteps: {", "max: 16384", "max: most")
	}},
	{name: "a number computed", edit: func(p *project) {
		p.edit("max: 16384", "max: 16 * 1024", "rowsPerShard: 100", "rowsPerShard: div(300, 3)")
	}},
	{name: "a comprehension with equal value", edit: func(p *project) {
		p.edit(`models: writer: {provider: "offline", name: "outline"}`,
			`models: {for who in ["writer"] {(who): {provider: "offline", name: "outline"}}}`)
	}},
	{name: "a condition with equal value", edit: func(p *project) {
		p.edit("target: 150", "target: 150\n\t\t\tif target > 100 {shortfall: \"fail\"}")
	}},
	{name: "a text put together", edit: func(p *project) { p.edit(`name: "outline"`, `name: "out" + "line"`) }},
	{name: "a field moved to another file of the package", edit: func(p *project) {
		p.edit("\n\t\t\tblocks: \"one\"", "")
		p.write("lengths.cue", "package pipeline\n\nsteps: filter: blocks: \"one\"\n")
	}},
	{name: "a step moved to another file of the package", edit: func(p *project) {
		p.edit("\t\tvalidate: sft.#Validate & {\n\t\t\tinput:     transform.rows\n\t\t\tonInvalid: \"fail\"\n\t\t}\n", "")
		p.write("check.cue", "package pipeline\n\nimport \"sftrun.local/sft\"\n\nsteps: validate: sft.#Validate & {input: \"transform.rows\"}\n")
	}},
	{name: "a value by a tag", edit: func(p *project) { p.edit("max: 16384", "max: int @tag(most,type=int)") }, args: []string{"-t", "most=16384"}},

	// Names, and what goes out.
	{name: "a step renamed", edit: func(p *project) { p.edit("filter: sft", "lengths: sft", "filter.rows", "lengths.rows") }},
	{name: "all steps renamed", edit: func(p *project) {
		p.edit("sample: sft", "s1: sft", "sample.rows", "s1.rows", "filter: sft", "s2: sft", "filter.rows", "s2.rows",
			"stratify: sft", "s3: sft", "stratify.rows", "s3.rows", "validate: sft", "s5: sft")
	}},
	{name: "the pipeline renamed", edit: func(p *project) { p.edit(`name: "quickstart"`, `name: "mine"`) }},
	{name: "a model renamed", edit: func(p *project) { p.edit("writer", "rewriter") }},
	{name: "a model written in the step", edit: func(p *project) {
		p.edit(`	models: writer: {provider: "offline", name: "outline"}`, "", "model: models.writer", `model: {provider: "offline", name: "outline"}`)
	}},
	{name: "another model that is the same", edit: func(p *project) {
		p.edit("\tsteps: {", "\tmodels: other: {provider: \"offline\", name: \"outline\"}\n\tsteps: {", "model: models.writer", "model: models.other")
	}},
	{name: "a model that no step uses", edit: func(p *project) {
		p.edit("\tsteps: {", "\tmodels: other: {provider: \"offline\", name: \"other\"}\n\tsteps: {")
	}},
	{name: "a published name", edit: func(p *project) { p.edit("target: 150", `target: 150, publish: "drawn.jsonl"`) }, drawn: "output/drawn.jsonl"},
	{name: "published names swapped", edit: func(p *project) {
		p.edit(`blocks: "one"`, `blocks: "one", publish: "stratified_sample.jsonl"`, "target: 150", `target: 150, publish: "filtered_candidates.jsonl"`)
	}, drawn: "output/filtered_candidates.jsonl"},
	{name: "a file published no more", edit: func(p *project) { p.edit(`blocks: "one"`, `blocks: "one", publish: ""`) }},
	{name: "the output folder", args: []string{"--output", "elsewhere"}, drawn: "elsewhere/stratified_sample.jsonl"},

	// How the work goes on.
	{name: "workers", args: []string{"--workers", "1"}},
	{name: "limits of a model", edit: func(p *project) {
		p.edit(`name: "outline"`, `name: "outline", limits: {requestsPerMinute: 90, tokensPerMinute: 1_000_000, concurrency: 3, enqueuedTokens: 5}`)
	}},
	{name: "retries", edit: func(p *project) {
		p.edit(`name: "outline"`, `name: "outline", retry: {tries: 9, firstWait: 0.5, longestWait: 4}`)
	}},
	{name: "batch", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline", batch: false`) }},
	{name: "limits", edit: func(p *project) { p.edit("seed: 42", "seed: 42, limits: {costPerApply: 3, costInAll: 7}") }},
	{name: "settings in the environment", edit: func(p *project) {
		p.env = []string{"SFTRUN_WORKERS=1", "SFTRUN_COLOR=always", "OTHER=1"}
	}},
	{name: "settings in a file", edit: func(p *project) { p.write(".env", "SFTRUN_WORKERS=1\n") }},

	// Values that differ, and mean the same.
	{name: "a cap that is not below the target, and a weight of 1", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shares: {"LAION-AI/AIW": weight: 1, "wgantt/reasoning-models-lie": {cap: 150, weight: 1.0}}`)
	}},
	{name: "shares in another order", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shares: {"LAION-AI/AIW": quota: 20, unknown: cap: 9}`)
		p.applied()
		p.edit(`{"LAION-AI/AIW": quota: 20, unknown: cap: 9}`, `{unknown: {cap: 9, weight: 1}, "LAION-AI/AIW": {quota: 20, cap: 33}}`)
	}},
	{name: "nothing of a stratum, said in other words", edit: func(p *project) {
		p.edit("target: 150", `target: 120, shares: "LAION-AI/AIW": weight: 0`)
		p.applied()
		p.edit("weight: 0", "cap: 0")
	}},
	{name: "most rows, as many as there are", edit: func(p *project) { p.edit("model: models.writer", "model: models.writer, maxRows: 150") }},
	{name: "more shards than there are", edit: func(p *project) { p.edit("shards:       10", "shards:       20") }},
	{name: "just as many shards as there are", edit: func(p *project) { p.edit("shards:       10", "shards:       4") }},
	{name: "one glob as a list", edit: func(p *project) { p.edit(`"data/train-*"`, `["data/train-*"]`) }},
	{name: "a glob widened to the same files", edit: func(p *project) { p.edit(`"data/train-*"`, `"data/*-of-0*"`) }},
	{name: "globs in another order, and twice", edit: func(p *project) {
		p.edit(`"data/train-*"`, `["data/train-0000[23]*", "data/train-0000[01]*", "data/train-*"]`)
	}},
	{name: "the split of files that have none", edit: func(p *project) { p.edit("rowsPerShard: 100", `rowsPerShard: 100, split: "test"`) }},

	// There and back.
	{name: "an edit and its reverse, with an apply between", edit: func(p *project) {
		p.edit("target: 150", "target: 120")
		p.applied()
		p.edit("target: 120", "target: 150")
	}},
	{name: "an edit and its reverse, with nothing between", edit: func(p *project) {
		p.edit("target: 150", "target: 120")
		p.reasons()
		p.edit("target: 120", "target: 150")
	}},
	{name: "two edits, taken back one by one", edit: func(p *project) {
		p.edit("target: 150", "target: 120")
		p.applied()
		p.edit("max: 16384", "max: 5000")
		p.applied()
		p.edit("target: 120", "target: 150")
		p.applied()
		p.edit("max: 5000", "max: 16384")
	}},

	// Variants.
	{name: "a variant added", edit: func(p *project) { p.write("variants/allow/variant.cue", allowing) }},
	{name: "a variant applied and deleted", edit: func(p *project) {
		p.write("variants/allow/variant.cue", allowing)
		p.mustApply("--variant", "allow")
		removeAll(p, "variants")
	}},
	{name: "a variant that changes nothing", edit: func(p *project) {
		p.write("variants/same/variant.cue", "package pipeline\n\nsteps: filter: blocks: \"one\"\n")
	}, args: []string{"--variant", "same"}, drawn: "output/same/stratified_sample.jsonl"},
	{name: "a variant applied before", edit: func(p *project) {
		p.write("variants/allow/variant.cue", allowing)
		p.mustApply("--variant", "allow")
	}, args: []string{"--variant", "allow"}, drawn: "output/allow/stratified_sample.jsonl"},
}

// allowing is a variant that decides what the quickstart leaves open.
const allowing = "package pipeline\n\nsteps: stratify: shortfall: \"allow\"\n"
