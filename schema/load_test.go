package schema_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"sftrun.local/schema"
)

func TestDefaultsAreFilledIn(t *testing.T) {
	p := load(t, map[string]string{"pipeline.cue": `package pipeline

import "sftrun.local/sft"

sft.#Pipeline & {
	name: "small"
	steps: {
		a: sft.#Sample & {from: ["x/*.jsonl", "y.parquet"]}
		b: sft.#Filter & {input: a.rows, tokens: max: 9}
		c: sft.#Filter & {input: b.rejects, publish: ""}
		d: sft.#Stratify & {input: c.rows, seed: 7, shares: "a / b": weight: 0.50}
		e: sft.#Transform & {
			input: d.rows
			model: {provider: "offline", name: "echo", temperature: 0.0}
			prompts: {system: "s.md", user: "u.md"}
		}
	}
}
`}, nil)
	want := map[string]string{
		"a": `{"from":["x/*.jsonl","y.parquet"],"rowsPerShard":3000,"seed":42,"shards":20,"split":"train"}`,
		"b": `{"blocks":"any","tokens":{"encoding":"cl100k_base","max":9,"min":500}}`,
		"c": `{"blocks":"any","tokens":{"encoding":"cl100k_base","max":16384,"min":500}}`,
		"d": `{"by":[{"field":"dataset_source"}],"seed":7,"shares":{"a / b":{"weight":0.5}},"shortfall":"fail","target":2000}`,
		"e": `{"maxRows":5000,"model":{"batch":true,"limits":{"concurrency":500},"maxOutputTokens":20000,"name":"echo","provider":"offline","retry":{"firstWait":2,"longestWait":30,"tries":3},"temperature":0,"thinkingLevel":"low"},"prompts":{"system":"s.md","user":"u.md"}}`,
	}
	for name, config := range want {
		if got := string(step(t, p, name).Config); got != config {
			t.Errorf("step %s has config\n%s\nwant\n%s", name, got, config)
		}
	}
	if p.Seed != 42 {
		t.Errorf("seed %d, want 42", p.Seed)
	}
	publish := map[string]string{"a": "raw_sample.jsonl", "b": "filtered_candidates.jsonl", "c": ""}
	for name, file := range publish {
		if got := step(t, p, name).Publish; got != file {
			t.Errorf("step %s publishes %q, want %q", name, got, file)
		}
	}
}

func TestStepsAreInTheOrderOfTheFileAndKnowTheirInputs(t *testing.T) {
	p := load(t, map[string]string{"pipeline.cue": base(t)}, nil)
	var edges []string
	for _, s := range p.Steps {
		edge := s.Name
		for _, in := range s.Inputs {
			edge += " " + in.Field + "=" + in.Step + "." + in.Stream
		}
		edges = append(edges, edge)
	}
	want := "sample, filter input=sample.rows, stratify input=filter.rows, transform input=stratify.rows, validate input=transform.rows"
	if got := strings.Join(edges, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	transform := step(t, p, "transform")
	files := []schema.FileField{{Field: "prompts.system", Path: "prompts/system.md"}, {Field: "prompts.user", Path: "prompts/user.md"}}
	if !slices.Equal(transform.Files, files) {
		t.Errorf("files %v, want %v", transform.Files, files)
	}
	unkeyed := []string{"model.batch", "model.limits.concurrency", "model.retry.firstWait", "model.retry.longestWait", "model.retry.tries"}
	if !slices.Equal(transform.Unkeyed, unkeyed) {
		t.Errorf("unkeyed %v, want %v", transform.Unkeyed, unkeyed)
	}
}

func TestHandlesInsideStructsAndListsAreInputs(t *testing.T) {
	merge := schema.Definition{Name: "merge", Source: `package sft
// Joins streams.
#Merge: {
	#step
	kind: "merge"
	from!: [...#Rows]
	named?: {left?: #Rows, right?: #Rows, how?: string @default("outer")}
}
`}
	p := load(t, map[string]string{"pipeline.cue": `package pipeline

import "sftrun.local/sft"

sft.#Pipeline & {
	name: "m"
	steps: {
		a: sft.#Sample & {from: "x.jsonl"}
		b: sft.#Merge & {from: [a.rows, a.rejects], named: right: a.rows}
	}
}
`}, func(o *schema.Options) { o.Kinds = append(o.Kinds, merge) })
	b := step(t, p, "b")
	want := []schema.Input{
		{Field: "from[0]", Step: "a", Stream: "rows"},
		{Field: "from[1]", Step: "a", Stream: "rejects"},
		{Field: "named.right", Step: "a", Stream: "rows"},
	}
	if !slices.Equal(b.Inputs, want) {
		t.Errorf("inputs %v, want %v", b.Inputs, want)
	}
	if got := string(b.Config); got != `{"named":{"how":"outer"}}` {
		t.Errorf("config %s", got)
	}
}

// Each edit says the same in another way, so nothing may rerun because of it.
func TestEqualMeaningIsEqualConfig(t *testing.T) {
	edits := map[string][2]string{
		"comment":            {"seed: 42", "// The answer.\n\tseed: 42"},
		"order of fields":    {"name: \"dolci-steer\"\n\tseed: 42", "seed: 42\n\tname: \"dolci-steer\""},
		"order in a step":    {"blocks: \"one\"", ""},
		"default written":    {`blocks: "one"`, `blocks: "one", tokens: encoding: "cl100k_base"`},
		"let":                {`max: 16384}`, "max: most}\n\t\t\tlet most = 4096 * 4"},
		"if":                 {`blocks: "one"`, `if true {blocks: "one"}`},
		"text put together":  {`"prompts/system.md"`, `"prompts/\("system").md"`},
		"number put another": {"costPerApply: 25", "costPerApply: 25.00"},
	}
	edits["order in a step"] = [2]string{"tokens: {min: *500 | int, max: 16384}\n\t\t\tblocks: \"one\"", "blocks: \"one\"\n\t\t\ttokens: {max: 16384, min: *500 | int}"}
	before := load(t, map[string]string{"pipeline.cue": base(t)}, nil)
	for name, edit := range edits {
		t.Run(name, func(t *testing.T) {
			after := load(t, map[string]string{"pipeline.cue": edited(t, edit[0], edit[1])}, nil)
			if before.Digest != after.Digest {
				t.Errorf("the digest changed")
			}
			for _, s := range before.Steps {
				if got := step(t, after, s.Name).Config; string(got) != string(s.Config) {
					t.Errorf("step %s: %s, was %s", s.Name, got, s.Config)
				}
			}
		})
	}
}

func TestOtherMeaningIsAnotherDigest(t *testing.T) {
	before := load(t, map[string]string{"pipeline.cue": base(t)}, nil).Digest
	for _, edit := range [][2]string{
		{"seed: 42", "seed: 43"}, {"costPerApply: 25", "costPerApply: 26"}, {"16384", "16383"},
		{`blocks: "one"`, `blocks: "one", publish: "x.jsonl"`}, {"input: stratify.rows", "input: stratify.rejects"},
	} {
		if load(t, map[string]string{"pipeline.cue": edited(t, edit[0], edit[1])}, nil).Digest == before {
			t.Errorf("%s → %s left the digest as it was", edit[0], edit[1])
		}
	}
}

func TestVariantOverridesAndAddsSteps(t *testing.T) {
	files := map[string]string{
		"pipeline.cue": base(t),
		"variants/long/variant.cue": `package pipeline

import "sftrun.local/sft"

steps: filter: tokens: min: 4000
steps: again: sft.#Validate & {input: steps.filter.rows, publish: "again.json"}
`,
		"variants/notes.txt":      "no variant",
		"variants/empty/notes.md": "no variant",
	}
	dir := project(t, files)
	if got := schema.Variants(dir); !slices.Equal(got, []string{"long"}) {
		t.Errorf("variants %v, want long", got)
	}
	p, err := schema.Load(t.Context(), schema.Options{Dir: dir, Variant: "long", Kinds: kinds(t)})
	if err != nil {
		t.Fatal(err)
	}
	if got := string(step(t, p, "filter").Config); !strings.Contains(got, `"min":4000`) {
		t.Errorf("filter has %s", got)
	}
	if got := step(t, p, "again").Inputs[0].Step; got != "filter" {
		t.Errorf("the new step takes its rows from %q", got)
	}
	if want := []string{"pipeline.cue", "variants/long/variant.cue"}; !slices.Equal(p.Sources, want) {
		t.Errorf("sources %v, want %v", p.Sources, want)
	}
}

func TestOtherFilesOfThePackageBelongToIt(t *testing.T) {
	p := load(t, map[string]string{
		"pipeline.cue": base(t),
		"more.cue":     "package pipeline\n\nimport \"sftrun.local/sft\"\n\nsteps: more: sft.#Validate & {input: steps.filter.rows, publish: \"more.json\"}\n",
		"other.cue":    "package other\n\nx: 1\n",
		"sub/sub.cue":  "package pipeline\n\nname: \"not read\"\n",
	}, nil)
	if got := step(t, p, "more").Inputs[0].Step; got != "filter" {
		t.Errorf("more takes its rows from %q", got)
	}
	if want := []string{"more.cue", "pipeline.cue"}; !slices.Equal(p.Sources, want) {
		t.Errorf("sources %v, want %v", p.Sources, want)
	}
}

func TestTagsSetMarkedFields(t *testing.T) {
	files := map[string]string{"pipeline.cue": edited(t, "target: *2000 | int", "target: *2000 | int @tag(target,type=int)")}
	p := load(t, files, func(o *schema.Options) { o.Tags = []string{"target=50"} })
	if got := string(step(t, p, "stratify").Config); !strings.Contains(got, `"target":50`) {
		t.Errorf("stratify has %s", got)
	}
	if p.Tags["target"] != "50" {
		t.Errorf("tags %v", p.Tags)
	}
}

func TestTagsOfTheWrongType(t *testing.T) {
	tests := []struct{ mark, tag, want string }{
		{"@tag(mx,type=int)", "mx=abc", "-t mx=abc: mx must be a whole number (pipeline.cue:28:24)"},
		{"@tag(mx,type=int)", "mx=", "-t mx=: mx must be a whole number (pipeline.cue:28:24)"},
		{"@tag(mx,type=int)", "mx=1.5", "-t mx=1.5: mx must be a whole number (pipeline.cue:28:24)"},
		{"@tag(mx,type=int)", "mx=1e999999", "-t mx=1e999999: out of range; exponents go from -400 to 400 (pipeline.cue:28:24)"},
		{"@tag(mx,type=int)", "mx=-5", "pipeline.cue:28:12: steps.stratify.target: -5 is out of range; it must be above 0"},
		{"@tag(mx,type=number)", "mx=abc", "-t mx=abc: mx must be a number (pipeline.cue:28:24)"},
		{"@tag(mx,type=bool)", "mx=maybe", "-t mx=maybe: mx must be true or false (pipeline.cue:28:24)"},
		{"@tag(mx)", "mx=50", "-t mx=50: mx must be a whole number; write @tag(mx,type=int) (pipeline.cue:28:24)"},
		{"@tag(mx,type=float)", "mx=50", `pipeline.cue:28:24: @tag has no type "float"; the types are string, int, number and bool`},
	}
	for _, test := range tests {
		files := map[string]string{"pipeline.cue": edited(t, "target: *2000 | int", "target: *2000 | int "+test.mark)}
		_, err := tryLoad(t, files, func(o *schema.Options) { o.Tags = []string{test.tag} })
		if err == nil || err.Error() != test.want {
			t.Errorf("%s with -t %s: got\n%v\nwant\n%s", test.mark, test.tag, err, test.want)
		}
	}
}

func TestMistakesOfTheCommandAndTheFolder(t *testing.T) {
	good := map[string]string{"pipeline.cue": base(t), "variants/midlength/variant.cue": "package pipeline\n"}
	tests := []struct {
		name   string
		files  map[string]string
		change func(*schema.Options)
		want   string
	}{
		{"no pipeline", nil, func(o *schema.Options) {}, "sftrun init"},
		{"no such variant", good, func(o *schema.Options) { o.Variant = "midlenght" },
			`variant "midlenght": no such variant; did you mean "midlength"?  There are: midlength`},
		{"variant like no other", good, func(o *schema.Options) { o.Variant = "x" }, `variant "x": no such variant.  There are: midlength`},
		{"no variants", map[string]string{"pipeline.cue": base(t)}, func(o *schema.Options) { o.Variant = "x" },
			`variant "x": no such variant; there are none yet; one is a file variants/NAME/variant.cue`},
		{"variant folder without its file", map[string]string{"pipeline.cue": base(t), "variants/x/notes.md": ""}, func(o *schema.Options) { o.Variant = "x" },
			`variant "x": variants/x has no variant.cue, which says what the variant changes`},
		{"folder named like the pipeline", map[string]string{"pipeline.cue/x": ""}, nil,
			"pipeline.cue: is a folder; the pipeline must be a file of this name"},
		{"variant outside", good, func(o *schema.Options) { o.Variant = "../x" },
			`variant "../x": not a name of a variant; use letters, digits, _ and - only, at most 64`},
		{"unknown tag", good, func(o *schema.Options) { o.Tags = []string{"target=3"} },
			"-t target: no field of the pipeline is marked @tag(target)"},
		{"tag without value", good, func(o *schema.Options) { o.Tags = []string{"target"} },
			`-t "target": write it as name=value`},
		{"not UTF-8", map[string]string{"pipeline.cue": base(t) + "\n// \xff\n"}, nil,
			"pipeline.cue: line 40 is not UTF-8 text; save the file as UTF-8"},
		{"too large", map[string]string{"pipeline.cue": base(t), "x.cue": strings.Repeat("// x\n", 1<<20)}, nil,
			"x.cue: 5 MB, which is too large for a pipeline; at most 4 MB"},
		{"nested too deeply", map[string]string{"pipeline.cue": "package pipeline\nx: " + strings.Repeat("[", 1<<20)}, nil,
			"pipeline.cue:2:"},
		{"two mistakes in two files", map[string]string{"pipeline.cue": "package pipeline\n)", "x.cue": "package pipeline\n("}, nil,
			"\nx.cue:"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, err := tryLoad(t, test.files, test.change)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got\n%v\nwant it to contain\n%s", err, test.want)
			}
		})
	}
}

func TestEvaluationThatTakesTooLongIsGivenUp(t *testing.T) {
	endless := edited(t, "seed: 42", "seed: len([for a in list.Range(0, 300, 1) for b in list.Range(0, 300, 1) {a * b}])")
	endless = strings.Replace(endless, "import ", "import \"list\"\nimport ", 1)
	_, err := tryLoad(t, map[string]string{"pipeline.cue": endless}, func(o *schema.Options) { o.Timeout = 10 * time.Millisecond })
	if err == nil || !strings.Contains(err.Error(), "did not end within 10ms") {
		t.Errorf("got %v", err)
	}
}

func TestLoadEndsWithItsContext(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err := schema.Load(ctx, schema.Options{Dir: project(t, map[string]string{"pipeline.cue": base(t)}), Kinds: kinds(t)})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestBinarysDefinitionsCountAndDifferencesAreSaid(t *testing.T) {
	dir := project(t, map[string]string{"pipeline.cue": base(t)})
	for name, data := range schema.Layout(kinds(t)) {
		write(t, filepath.Join(dir, name), data)
	}
	options := schema.Options{Dir: dir, Kinds: kinds(t)}
	p, err := schema.Load(t.Context(), options)
	if err != nil || len(p.Warnings) > 0 {
		t.Fatalf("its own layout: %v, warnings %v", err, p.Warnings)
	}
	write(t, filepath.Join(dir, "cue.mod/pkg/sftrun.local/sft/filter.cue"), []byte("package sft\n#Filter: {}\n"))
	write(t, filepath.Join(dir, "cue.mod/pkg/sftrun.local/sft/old.cue"), []byte("package sft\n#Filter: kind: \"old\"\n"))
	p, err = schema.Load(t.Context(), options)
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Warnings) != 1 || !strings.Contains(p.Warnings[0], "sftrun init") {
		t.Errorf("warnings %v, want one", p.Warnings)
	}
}

func write(t *testing.T, path string, data []byte) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestFilesWithoutPipelineAreRefused(t *testing.T) {
	for _, source := range []string{
		"package pipeline\n",
		"package pipeline\n\nname: \"x\"\nsteps: {}\n",
		"package pipeline\n\nname: \"x\"\nseed: \"x\"\nsteps: {}\n",
		"package pipeline\n\nimport \"sftrun.local/sft\"\n\n_p: sft.#Pipeline & {name: \"x\", steps: {}}\n",
	} {
		_, err := tryLoad(t, map[string]string{"pipeline.cue": source}, nil)
		if err == nil || err.Error() != "pipeline.cue: the fields of a pipeline must stand within: sft.#Pipeline & {…}" {
			t.Errorf("%s\ngives %v", source, err)
		}
	}
}
