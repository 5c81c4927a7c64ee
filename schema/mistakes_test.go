package schema_test

import (
	"errors"
	"strings"
	"testing"

	"sftrun.local/schema"
)

// Each mistake is one edit of the base pipeline, one variant of it, or both, and must come out as exactly one error.
// What is wanted is all of its text.
var mistakes = []struct {
	name     string
	old, new string
	variant  string
	want     string
}{
	{name: "misspelt field", old: "max: 16384", new: "maxx: 16384", want: `pipeline.cue:23:30: steps.filter.tokens.maxx: no such field; did you mean "max"?  Fields: min, max, encoding (sftrun kinds filter)`},
	{name: "misspelt field of a step", old: "blocks:", new: "block:", want: `pipeline.cue:24:4: steps.filter.block: no such field; did you mean "blocks"?  Fields: publish, input, tokens, blocks (sftrun kinds filter)`},
	{name: "misspelt step in a handle", old: "filter.rows", new: "fliter.rows", want: `pipeline.cue:27:12: steps.stratify.input: no step "fliter"; did you mean filter.rows?   In another file write steps.filter.rows.`},
	{name: "misspelt step in a handle written as text", old: "filter.rows", new: `"fliter.rows"`, want: `pipeline.cue:27:12: steps.stratify.input: no step "fliter"; did you mean filter.rows?`},
	{name: "handle of no stream", old: "filter.rows", new: "filter.vectors", want: `pipeline.cue:27:19: steps.stratify.input: a step has no stream "vectors"; it has filter.rows and filter.rejects`},
	{name: "text that is no handle", old: "filter.rows", new: `"filter"`, want: `pipeline.cue:27:12: steps.stratify.input: must be the rows of a step: filter.rows, or filter.rejects for what it left out`},
	{name: "a step instead of its handle", old: "input:  filter.rows", new: "input:  filter", want: `pipeline.cue:27:12: steps.stratify.input: must be the rows of a step: filter.rows, or filter.rejects for what it left out`},
	{name: "misspelt definition", old: "sft.#Filter", new: "sft.#Fliter", want: `pipeline.cue:21:15: steps.filter: no definition sft.#Fliter; did you mean sft.#Filter?  Kinds: sft.#Filter, sft.#Sample, sft.#Stratify, sft.#Transform, sft.#Validate (sftrun kinds)`},
	{name: "unknown kind by word", old: "sft.#Filter & {", new: `{kind: "fliter",`, want: `pipeline.cue:21:18: steps.filter.kind: no kind "fliter"; did you mean "filter"?  Kinds: filter, sample, stratify, transform, validate (sftrun kinds)`},
	{name: "misspelt field of a kind by word", old: "sft.#Filter & {", new: `{kind: "filter", block: "any",`, want: `pipeline.cue:21:28: steps.filter.block: no such field; did you mean "blocks"?  Fields: publish, input, tokens, blocks (sftrun kinds filter)`},
	{name: "wrong type in a kind by word", old: "sft.#Sample & {", new: `{kind: "sample", split: 3,`, want: `pipeline.cue:17:35: steps.sample.split: 3 is a whole number, but it must be text in quotes`},
	{name: "two steps publish one file", old: "validate: sft", new: "again: sft.#Filter & {input: sample.rows}\n\t\tvalidate: sft", want: `pipeline.cue:36:10: steps.again.publish: "filtered_candidates.jsonl" is already what filter publishes; give one of them another name with publish: "…"`},
	{name: "publish outside the output folder", old: `blocks: "one"`, new: `publish: "../x.jsonl"`, want: `pipeline.cue:24:13: steps.filter.publish: "../x.jsonl" is outside the output folder; write a file name`},
	{name: "two kinds", old: "sft.#Filter & {", new: `sft.#Filter & {kind: "sample",`, want: `pipeline.cue:21:32: steps.filter.kind: "filter" and "sample" cannot both be`},
	{name: "text for a number", old: "min: *500 | int", new: `min: "500"`, want: `pipeline.cue:23:18: steps.filter.tokens.min: "500" is text in quotes, but it must be a whole number`},
	{name: "fraction for a whole number", old: "min: *500 | int", new: `min: 1.5`, want: `pipeline.cue:23:18: steps.filter.tokens.min: 1.5 is a number with a fraction, but it must be a whole number`},
	{name: "number for a struct", old: "limits: costPerApply: 25", new: `limits: 25`, want: `pipeline.cue:8:10: limits: 25 is a whole number, but it must be a struct { … }`},
	{name: "number for text", old: `blocks: "one"`, new: `blocks: 1`, want: `pipeline.cue:24:12: steps.filter.blocks: 1 is a whole number, but it must be text in quotes`},
	{name: "number below its range", old: "min: *500 | int", new: "min: -3", want: `pipeline.cue:23:18: steps.filter.tokens.min: -3 is out of range; it must be at least 0`},
	{name: "number that must be above zero", old: "shards: *20 | int", new: "shards: 0", want: `pipeline.cue:19:12: steps.sample.shards: 0 is out of range; it must be above 0`},
	{name: "number above its range", old: "thinkingLevel:", new: "temperature: 3, thinkingLevel:", want: `pipeline.cue:13:16: models.flash.temperature: 3 is out of range; it must be at most 2`},
	{name: "seed of more than 64 bits", old: "seed: 42", new: "seed: 99999999999999999999", want: `pipeline.cue:7:8: seed: 99999999999999999999 is out of range; it must be at most 9223372036854775807`},
	{name: "word not allowed", old: `blocks: "one"`, new: `blocks: "ony"`, want: `pipeline.cue:24:12: steps.filter.blocks: "ony" is not one of: any, one; did you mean "any"?`},
	{name: "unknown provider", old: `"gemini"`, new: `"claude"`, want: `pipeline.cue:11:18: models.flash.provider: "claude" is not one of: gemini, express, vertex, openai, offline`},
	{name: "empty name", old: `"dolci-steer"`, new: `""`, want: `pipeline.cue:6:8: name: must not be empty`},
	{name: "address that is none", old: "thinkingLevel:", new: `baseURL: "localhost", thinkingLevel:`, want: `pipeline.cue:13:12: models.flash.baseURL: "localhost" does not fit; it must be text that matches "^https?://."`},
	{name: "missing input", old: "input: sample.rows", new: "", want: `pipeline.cue:21:11: steps.filter.input: missing: The rows to choose from. (sftrun kinds filter)`},
	{name: "missing name of the pipeline", old: `name: "dolci-steer"`, new: "", want: `pipeline.cue: name: missing: Name of the pipeline, shown in plans and reports.`},
	{name: "missing field of a list item", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: [{edges: [1, 2]}]`, want: `pipeline.cue:29:9: steps.stratify.by[0].field: missing: Name of a field of the row. (sftrun kinds stratify)`},
	{name: "misspelt field of a list item", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: [{field: "x", edge: [1, 2]}]`, want: `pipeline.cue:29:22: steps.stratify.by[0].edge: no such field; did you mean "edges"?  Fields: field, edges (sftrun kinds stratify)`},
	{name: "misspelt field in a default", old: `{field: "dataset_source"}`, new: `{feld: "dataset_source"}`, want: `pipeline.cue:29:10: steps.stratify.by[0].field: missing: Name of a field of the row. (sftrun kinds stratify)`},
	{name: "misspelt limit", old: "costPerApply", new: "costPerAply", want: `pipeline.cue:8:10: limits.costPerAply: no such field; did you mean "costPerApply"?  Fields: costPerApply, costInAll`},
	{name: "misspelt field at the top", old: "limits:", new: "limit:", want: `pipeline.cue:8:2: limit: no such field; did you mean "limits"?  Fields: name, seed, models, limits, steps`},
	{name: "misspelt field at the top of an embedded pipeline", old: "sft.#Pipeline & {", new: "{\n\tsft.#Pipeline\n\tstep: {}", want: `pipeline.cue:7:2: step: no such field; did you mean "steps"?  Fields: name, seed, models, limits, steps`},
	{name: "misspelt limit of an embedded pipeline", old: "sft.#Pipeline & {\n\tname: \"dolci-steer\"\n\tseed: 42\n\tlimits: costPerApply", new: "{\n\tsft.#Pipeline\n\tname: \"dolci-steer\"\n\tseed: 42\n\tlimits: costPerAply", want: `pipeline.cue:9:10: limits.costPerAply: no such field; did you mean "costPerApply"?  Fields: costPerApply, costInAll`},
	{name: "misspelt field of an embedded kind", old: "sft.#Filter & {", new: "{\n\t\t\tsft.#Filter\n\t\t\ttoken: max: 3", want: `pipeline.cue:23:4: steps.filter.token: no such field; did you mean "tokens"?  Fields: publish, input, tokens, blocks (sftrun kinds filter)`},
	{name: "not a pipeline", old: "sft.#Pipeline & {", new: "{\n\t_p: sft.#Pipeline", want: `pipeline.cue: the fields of a pipeline must stand within: sft.#Pipeline & {…}`},
	{name: "pipeline without its definition", old: "sft.#Pipeline & {", new: "{", want: `pipeline.cue: the fields of a pipeline must stand within: sft.#Pipeline & {…}`},
	{name: "misspelt model", old: "models.flash", new: "models.flsh", want: `pipeline.cue:33:18: steps.transform.model: models has no field "flsh"; did you mean "flash"?`},
	{name: "misspelt models", old: "models.flash", new: "modls.flash", want: `pipeline.cue:33:11: steps.transform.model: nothing here is called "modls"; did you mean "models"?`},
	{name: "cycle", old: "sample.rows", new: "stratify.rows", want: `pipeline.cue:22:11: steps.filter.input: a cycle: filter → stratify → filter; one of them must take its rows from elsewhere`},
	{name: "cycle of one", old: "sample.rows", new: "filter.rows", want: `pipeline.cue:22:11: steps.filter.input: a cycle: filter → filter; one of them must take its rows from elsewhere`},
	{name: "only a type", old: "seed: 42", new: "seed: int", want: `pipeline.cue:7:8: seed: no value yet, only int64; set one`},
	{name: "set twice", old: "seed: 42", new: "seed: 42\n\tseed: 43", want: `pipeline.cue:8:8: seed: set to 43 and to 42 (pipeline.cue:7:8); remove one`},
	{name: "two defaults in one file", old: "*20 | int", new: "*20 | *30 | int", want: `pipeline.cue:19:12: steps.sample.shards: could be any of 20 | 30; write one value, or mark the default with *`},
	{name: "name of a step with a blank", old: "validate: sft", new: `"a b": sft`, want: `pipeline.cue:36:3: steps."a b": not a name for a step; use letters, digits, _ and - only, at most 64`},
	{name: "name of a step that leaves its folder", old: "validate: sft", new: `"..": sft`, want: `pipeline.cue:36:3: steps."..": not a name for a step; use letters, digits, _ and - only, at most 64`},
	{name: "definitions not imported", old: `import "sftrun.local/sft"`, new: "", want: `pipeline.cue:5:1: the definitions are not imported; write above it: import "sftrun.local/sft"`},
	{name: "misspelt import", old: `"sftrun.local/sft"`, new: `"sftrun.local/stf"`, want: `pipeline.cue:3:8: no package "sftrun.local/stf"; did you mean "sftrun.local/sft"?  Packages are looked for in this folder and its cue.mod/pkg only; nothing is downloaded.`},
	{name: "import of something else", old: `import "sftrun.local/sft"`, new: "import \"sftrun.local/sft\"\nimport \"example.com/x\"", want: `pipeline.cue:4:8: no package "example.com/x".  Packages are looked for in this folder and its cue.mod/pkg only; nothing is downloaded.`},
	{name: "import not used", old: `import "sftrun.local/sft"`, new: "import \"sftrun.local/sft\"\nimport \"strings\"", want: `pipeline.cue:4:8: "strings" is not used; remove it`},
	{name: "let not used", old: "seed: 42", new: "seed: 42\n\tlet x = 1", want: `pipeline.cue:8:2: x is not used; remove it`},
	{name: "conflict in a hidden field", old: "seed: 42", new: "seed: 42\n\t_a: 1 & 2", want: `pipeline.cue:8:10: _a: 2 and 1 cannot both be`},
	{name: "syntax", old: "seed: 42", new: "seed: 42 43", want: `pipeline.cue:7:11: missing ',' in struct literal`},
	{name: "list that is not closed", old: "seed: 42", new: "seed: [42", want: `pipeline.cue:8:8: missing ',' in list literal`},
	{name: "other package", old: "package pipeline", new: "package pipelines", want: `pipeline.cue: is not part of the pipeline; its first line must be: package pipeline`},
	{name: "range over a number", old: "seed: 42", new: "seed: len([for x in 1 {x}])", want: `pipeline.cue:7:22: cannot range over 1 (found int, want list or struct)`},
	{name: "no text where one of two types must be", old: `from:   "hf://allenai/Dolci-Think-SFT-7B"`, new: `from:   ""`, want: `pipeline.cue:18:12: steps.sample.from: "" does not fit; it must be text (not empty) or a list of at least one text`},
	{name: "no item where one of two types must be", old: `from:   "hf://allenai/Dolci-Think-SFT-7B"`, new: `from:   []`, want: `pipeline.cue:18:12: steps.sample.from: [] does not fit; it must be text (not empty) or a list of at least one text`},
	{name: "number where one of two types must be", old: `from:   "hf://allenai/Dolci-Think-SFT-7B"`, new: `from:   5`, want: `pipeline.cue:18:12: steps.sample.from: 5 does not fit; it must be text (not empty) or a list of at least one text`},
	{name: "wrong item where one of two types must be", old: `from:   "hf://allenai/Dolci-Think-SFT-7B"`, new: `from:   ["a", 5]`, want: `pipeline.cue:18:12: steps.sample.from: ["a", 5] does not fit; it must be text (not empty) or a list of at least one text`},
	{name: "empty list", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: []`, want: `pipeline.cue:29:8: steps.stratify.by: must have at least one field`},
	{name: "list that is too short", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: [{field: "x", edges: [500]}]`, want: `pipeline.cue:29:29: steps.stratify.by[0].edges: must have at least two numbers`},
	{name: "whole number with an exponent", old: "min: *500 | int", new: `min: 5e2`, want: `pipeline.cue:23:18: steps.filter.tokens.min: 5e2 counts as a number with a fraction, but it must be a whole number; write 500`},
	{name: "seed with an exponent", old: "seed: 42", new: `seed: 1e3`, want: `pipeline.cue:7:8: seed: 1e3 counts as a number with a fraction, but it must be a whole number; write 1000`},
	{name: "whole number with a point", old: "min: *500 | int", new: `min: 500.0`, want: `pipeline.cue:23:18: steps.filter.tokens.min: 500.0 counts as a number with a fraction, but it must be a whole number; write 500`},
	{name: "whole number with an exponent, of more than 64 bits", old: "min: *500 | int", new: `min: 1e30`, want: `pipeline.cue:23:18: steps.filter.tokens.min: 1e30 is out of range; it must be between -9223372036854775808 and 9223372036854775807`},
	{name: "whole number of more than 64 bits", old: "shards: *20 | int", new: `shards: 99999999999999999999`, want: `pipeline.cue:19:12: steps.sample.shards: 99999999999999999999 is out of range; it must be between -9223372036854775808 and 9223372036854775807`},
	{name: "number beyond all floats", old: "target: *2000 | int", new: `shares: a: weight: 1e400`, want: `pipeline.cue:28:23: steps.stratify.shares.a.weight: out of range; it must be between -1.7e308 and 1.7e308`},
	{name: "limit beyond its range", old: "costPerApply: 25", new: `costPerApply: 1e400`, want: `pipeline.cue:8:24: limits.costPerApply: 1E+400 is out of range; it must be at most 1000000`},
	{name: "exponent that CUE would drop", old: "costPerApply: 25", new: `costPerApply: 1e100001`, want: `pipeline.cue:8:24: 1e100001 is out of range; exponents go from -400 to 400`},
	{name: "tokens beyond their range", old: "thinkingLevel:", new: `maxOutputTokens: 1000001, thinkingLevel:`, want: `pipeline.cue:13:20: models.flash.maxOutputTokens: 1000001 is out of range; it must be at most 1000000`},
	{name: "misspelt steps", old: "steps: {", new: `step: {`, want: `pipeline.cue:16:2: step: no such field; did you mean "steps"?  Fields: name, seed, models, limits, steps`},
	{name: "misspelt steps with a letter more", old: "steps: {", new: `stepz: {`, want: `pipeline.cue:16:2: stepz: no such field; did you mean "steps"?  Fields: name, seed, models, limits, steps`},
	{name: "misspelt models at the top", old: "models:", new: `model:`, want: `pipeline.cue:10:2: model: no such field; did you mean "models"?  Fields: name, seed, models, limits, steps`},
	{name: "misspelt name", old: "name:", new: `nam:`, want: `pipeline.cue:6:2: nam: no such field; did you mean "name"?  Fields: name, seed, models, limits, steps`},
	{name: "publish a folder", old: `blocks: "one"`, new: `publish: "."`, want: `pipeline.cue:24:13: steps.filter.publish: "." is a folder; write a file name`},
	{name: "publish a name that ends like a folder", old: `blocks: "one"`, new: `publish: "a/"`, want: `pipeline.cue:24:13: steps.filter.publish: "a/" is a folder; write a file name`},
	{name: "publish below a file", old: `blocks: "one"`, new: `publish: "raw_sample.jsonl/x"`, want: `pipeline.cue:24:13: steps.filter.publish: of "raw_sample.jsonl/x" and "raw_sample.jsonl", which sample publishes, one is a folder and the other a file; give one of them another name with publish: "…"`},
	{name: "publish above a file", old: `blocks: "one"`, new: `publish: "stratified_sample.jsonl/x"`, want: `pipeline.cue:26:13: steps.stratify.publish: of "stratified_sample.jsonl" and "stratified_sample.jsonl/x", which filter publishes, one is a folder and the other a file; give one of them another name with publish: "…"`},
	{name: "publish names that differ in case", old: `blocks: "one"`, new: `publish: "Raw_Sample.jsonl"`, want: `pipeline.cue:24:13: steps.filter.publish: "Raw_Sample.jsonl" differs only in case from "raw_sample.jsonl", which sample publishes; on some systems that is one file; give one of them another name with publish: "…"`},
	{name: "publish a name with a control character", old: `blocks: "one"`, new: `publish: "a\u0000b"`, want: `pipeline.cue:24:13: steps.filter.publish: "a\x00b" holds a control character; write a file name`},
	{name: "address for a provider that has its own", old: "thinkingLevel:", new: `baseURL: "http://localhost:8000/v1", thinkingLevel:`, want: `pipeline.cue:13:12: models.flash.baseURL: only for provider "openai", and here it is "gemini"; remove it`},
	{name: "provider without its address", old: `"gemini"`, new: `"openai"`, want: `pipeline.cue:11:18: models.flash.baseURL: missing, but provider "openai" needs it: Address of the server, such as "http://localhost:8000/v1"; needed for provider openai, and for no other.`},
	{name: "project for a provider without", old: "thinkingLevel:", new: `project: "p", thinkingLevel:`, want: `pipeline.cue:13:12: models.flash.project: only for provider "vertex", and here it is "gemini"; remove it`},
	{name: "bucket for a provider without", old: "thinkingLevel:", new: `bucket: "gs://b", thinkingLevel:`, want: `pipeline.cue:13:11: models.flash.bucket: only for provider "vertex", and here it is "gemini"; remove it`},
	{name: "provider without its location", old: `"gemini"`, new: `"vertex", project: "p"`, want: `pipeline.cue:11:18: models.flash.location: missing, but provider "vertex" needs it: Where the model runs, such as "global" or "europe-west4"; needed for provider vertex, and for no other.`},
	{name: "bucket that is none", old: `"gemini"`, new: `"vertex", project: "p", location: "global", bucket: "b"`, want: `pipeline.cue:11:70: models.flash.bucket: "b" does not fit; it must be text that matches "^gs://."`},
	{name: "misspelt limit of a model", old: "thinkingLevel:", new: `limits: requestPerMinute: 5, thinkingLevel:`, want: `pipeline.cue:13:11: models.flash.limits.requestPerMinute: no such field; did you mean "requestsPerMinute"?  Fields: requestsPerMinute, tokensPerMinute, concurrency, enqueuedTokens`},
	{name: "limit of nothing", old: "thinkingLevel:", new: `limits: concurrency: 0, thinkingLevel:`, want: `pipeline.cue:13:24: models.flash.limits.concurrency: 0 is out of range; it must be above 0`},
	{name: "limit of a fraction", old: "thinkingLevel:", new: `limits: tokensPerMinute: 1.5, thinkingLevel:`, want: `pipeline.cue:13:28: models.flash.limits.tokensPerMinute: 1.5 is a number with a fraction, but it must be a whole number`},
	{name: "no try at all", old: "thinkingLevel:", new: `retry: tries: 0, thinkingLevel:`, want: `pipeline.cue:13:17: models.flash.retry.tries: 0 is out of range; it must be above 0`},
	{name: "limit of the pipeline in a model", old: "thinkingLevel:", new: `limits: costPerApply: 3, thinkingLevel:`, want: `pipeline.cue:13:11: models.flash.limits.costPerApply: no such field.  Fields: requestsPerMinute, tokensPerMinute, concurrency, enqueuedTokens`},
	{name: "provider without its address in a step", old: "models.flash", new: `{provider: "openai", name: "x"}`, want: `pipeline.cue:33:22: steps.transform.model.baseURL: missing, but provider "openai" needs it: Address of the server, such as "http://localhost:8000/v1"; needed for provider openai, and for no other. (sftrun kinds transform)`},

	{name: "variant against a fixed number", variant: "steps: filter: tokens: max: 12000", want: `variants/v/variant.cue:3:29: steps.filter.tokens.max: the variant says 12000, but pipeline.cue:23:35 fixes 16384.
   To let variants change it, write in pipeline.cue:   max: *16384 | int`},
	{name: "variant against fixed text", variant: `models: flash: provider: "offline"`, want: `variants/v/variant.cue:3:26: models.flash.provider: the variant says "offline", but pipeline.cue:11:18 fixes "gemini".
   To let variants change it, write in pipeline.cue:   provider: *"gemini" | string`},
	{name: "variant against a fixed input", variant: `steps: stratify: input: steps.sample.rows`, want: `variants/v/variant.cue:3:25: steps.stratify.input: the variant says steps.sample.rows, but pipeline.cue:27:12 fixes filter.rows.
   To let variants change it, write in pipeline.cue:   input: *filter.rows | string`},
	{name: "default in a variant", variant: "steps: filter: tokens: min: *7 | int", want: `variants/v/variant.cue:3:29: steps.filter.tokens.min: two defaults, here and in pipeline.cue:23:18, so neither counts (500 | 7 | uint); in a variant write the value alone, without * and |`},
	{name: "misspelt field in a variant", variant: "steps: filter: tokns: min: 7", want: `variants/v/variant.cue:3:16: steps.filter.tokns: no such field; did you mean "tokens"?  Fields: publish, input, tokens, blocks (sftrun kinds filter)`},
	{name: "misspelt step in a variant", variant: "steps: fliter: tokens: min: 7", want: `variants/v/variant.cue:3:8: steps.fliter: no such step; did you mean "filter"?  A new step needs a kind: sft.#Filter & {…}`},
	{name: "new step in a variant without kind", variant: "steps: something: tokens: min: 7", want: `variants/v/variant.cue:3:8: steps.something: a step of no kind; write sft.#Filter & {…} or another of: sft.#Filter, sft.#Sample, sft.#Stratify, sft.#Transform, sft.#Validate`},
	{name: "misspelt field at the top of a variant", variant: "step: filter: tokens: min: 7", want: `variants/v/variant.cue:3:1: step: no such field; did you mean "steps"?  Fields: name, seed, models, limits, steps`},
	{name: "wrong type in a variant", variant: "steps: filter: tokens: min: 3.5", want: `variants/v/variant.cue:3:29: steps.filter.tokens.min: 3.5 is a number with a fraction, but it must be a whole number`},
	{name: "word not allowed in a variant", variant: `steps: filter: tokens: encoding: "cl100k"`, want: `variants/v/variant.cue:3:34: steps.filter.tokens.encoding: "cl100k" is not one of: cl100k_base, o200k_base; did you mean "cl100k_base"?`},
	{name: "handle in a variant without steps", variant: `steps: stratify: input: filter.rows`, want: `variants/v/variant.cue:3:25: steps.stratify.input: the step "filter" cannot be named like this from here.   In another file write steps.filter.rows.`},
	{name: "unknown step in a variant", variant: `steps: extra: {kind: "validate", input: steps.fliter.rows}`, want: `variants/v/variant.cue:3:47: steps.extra.input: no step "fliter"; did you mean filter.rows?`},
	{name: "text that is no list", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: "source"`, want: `pipeline.cue:29:8: steps.stratify.by: "source" is text in quotes, but it must be a list [ … ]`},
	{name: "variant out of the range of a default", variant: `steps: filter: tokens: min: -3`, want: `variants/v/variant.cue:3:29: steps.filter.tokens.min: -3 is out of range; it must be at least 0`},
	{name: "variant with a word not allowed instead of a default", variant: `models: flash: thinkingLevel: "hihg"`, want: `variants/v/variant.cue:3:31: models.flash.thinkingLevel: "hihg" is not one of: minimal, low, medium, high; did you mean "high"?`},
	{name: "variant with an empty list instead of a default", variant: `steps: stratify: by: []`, want: `variants/v/variant.cue:3:22: steps.stratify.by: must have at least one field`},
	{name: "variant with a short list in a list", variant: `steps: stratify: by: [{field: "x", edges: [500]}]`, want: `variants/v/variant.cue:3:43: steps.stratify.by[0].edges: must have at least two numbers`},
	{name: "variant with none of the values that the pipeline allows", old: "*500 | int", new: `5 | 6`, variant: `steps: filter: tokens: min: 7`, want: `variants/v/variant.cue:3:29: steps.filter.tokens.min: 7 is not one of the values allowed in pipeline.cue:23:18: 5 | 6`},
	{name: "variant against a fixed list", old: `by: *[{field: "dataset_source"}] | [...]`, new: `by: [{field: "a"}]`, variant: `steps: stratify: by: [{field: "a"}, {field: "b"}]`, want: `variants/v/variant.cue:3:22: steps.stratify.by: the variant says [{field: "a"}, {field: "b"}], but pipeline.cue:29:8 fixes [{field: "a"}].
   To let variants change it, write in pipeline.cue:   by: *[{field: "a"}] | [...]`},
	{name: "variant against a fixed value of two types", variant: `steps: sample: from: "y"`, want: `variants/v/variant.cue:3:22: steps.sample.from: the variant says "y", but pipeline.cue:18:12 fixes "hf://allenai/Dolci-Think-SFT-7B".
   To let variants change it, write in pipeline.cue:   from: *"hf://allenai/Dolci-Think-SFT-7B" | string`},
	{name: "variant with a provider without its address", old: `"gemini"`, new: `*"gemini" | string`, variant: `models: flash: provider: "openai"`, want: `variants/v/variant.cue:3:26: models.flash.baseURL: missing, but provider "openai" needs it: Address of the server, such as "http://localhost:8000/v1"; needed for provider openai, and for no other.`},
}

func TestOneMistakeIsOneError(t *testing.T) {
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			files := map[string]string{"pipeline.cue": base(t)}
			if m.old != "" {
				files["pipeline.cue"] = edited(t, m.old, m.new)
			}
			variant := ""
			if m.variant != "" {
				variant = "v"
				files["variants/v/variant.cue"] = "package pipeline\n\n" + m.variant + "\n"
			}
			_, err := tryLoad(t, files, func(o *schema.Options) { o.Variant = variant })
			if err == nil {
				t.Fatalf("no error, want %s", m.want)
			}
			if err.Error() != m.want {
				t.Errorf("got\n%s\nwant\n%s", err, m.want)
			}
			var all schema.Errors
			if !errors.As(err, &all) || len(all) != 1 {
				t.Errorf("%d errors of type %T, want one mistake", strings.Count(err.Error(), "\n")+1, err)
			}
		})
	}
}
