package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"sftrun.local/steps/think"
)

// edits is what a user may change in the quickstart, and what by hand follows from it: the actions that the next apply
// executes, and the reasons that the plan before it gives. The quickstart has four shards, each of one part; stratify
// has an action for the candidates of each part and one that draws; transform has one part; validate has one check and
// one action for the report.
var edits = []struct {
	name    string
	edit    func(p *project)
	args    []string
	actions map[string]int
	reasons map[string]string
}{
	// What cannot change a result.
	{name: "nothing"},
	{name: "a comment", edit: func(p *project) { p.edit("sft.#Pipeline & {", "// New words.\nsft.#Pipeline & {") }},
	{name: "white space and the order of fields", edit: func(p *project) {
		p.edit("shards:       10\n\t\t\trowsPerShard: 100", "rowsPerShard: 100\n\n\n\t\t\tshards: 10")
	}},
	{name: "a default written out", edit: func(p *project) {
		p.edit("target: 150", `target: 150, shortfall: "fail", by: [{field: "dataset_source"}]`)
	}},
	{name: "a default removed", edit: func(p *project) { p.edit("tokens: {min: 500, max: 16384}", "tokens: max: 16384") }},
	{name: "a step renamed", edit: func(p *project) { p.edit("filter: sft", "lengths: sft", "filter.rows", "lengths.rows") }},
	{name: "the pipeline renamed", edit: func(p *project) { p.edit(`name: "quickstart"`, `name: "mine"`) }},
	{name: "a model renamed", edit: func(p *project) { p.edit("writer", "rewriter") }},
	{name: "a let clause with equal value", edit: func(p *project) {
		p.edit("steps: {", "let most = 16384\n\tsteps: {", "max: 16384", "max: most")
	}},
	{name: "workers", args: []string{"--workers", "1"}},
	{name: "a published name", edit: func(p *project) { p.edit("target: 150", `target: 150, publish: "drawn.jsonl"`) }},
	{name: "the output folder", args: []string{"--output", "elsewhere"}},
	{name: "batch", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline", batch: false`) }},
	{name: "a cost limit", edit: func(p *project) { p.edit("seed: 42", "seed: 42, limits: costPerApply: 3") }},
	{name: "a shard touched", edit: func(p *project) {
		p.write("data/train-00001-of-00004.jsonl", p.read("data/train-00001-of-00004.jsonl"))
	}},
	{name: "the shards moved to another folder", edit: func(p *project) {
		rename(p, "data", "traces")
		p.edit("data/train-*", "traces/train-*")
	}},
	{name: "a prompt moved", edit: func(p *project) {
		rename(p, "prompts/user.md", "prompts/rewrite.md")
		p.edit("prompts/user.md", "prompts/rewrite.md")
	}},
	{name: "a prompt touched", edit: func(p *project) { p.write("prompts/user.md", p.read("prompts/user.md")) }},
	{name: "an edit and its reverse", edit: func(p *project) {
		p.edit("target: 150", "target: 120")
		p.mustApply()
		p.edit("target: 120", "target: 150")
	}},
	{name: "more rows a shard than it has", edit: func(p *project) { p.edit("rowsPerShard: 100", "rowsPerShard: 200") },
		actions: map[string]int{"sample": 4},
		reasons: map[string]string{"sample": "steps.sample.rowsPerShard: 100 → 200"}},

	// What changes one step and what depends on it.
	{name: "tokens.max lowered", edit: func(p *project) { p.edit("max: 16384", "max: 2200") },
		actions: map[string]int{"filter": 4, "stratify": 5, "transform": 1, "validate": 2},
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 2200"}},
	{name: "tokens.max raised above every row", edit: func(p *project) { p.edit("max: 16384", "max: 16400") },
		actions: map[string]int{"filter": 4},
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "blocks", edit: func(p *project) { p.edit(`blocks: "one"`, `blocks: "any"`) },
		actions: map[string]int{"filter": 4}, // the rows with several blocks are too short
		reasons: map[string]string{"filter": `steps.filter.blocks: "one" → "any"`}},
	{name: "the target", edit: func(p *project) { p.edit("target: 150", "target: 180") },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 180"}},
	{name: "the seed", edit: func(p *project) { p.edit("seed: 42", "seed: 43") },
		actions: map[string]int{"sample": 4, "stratify": 5, "transform": 1, "validate": 2},
		reasons: map[string]string{"sample": "seed: 42 → 43"}},
	{name: "a seed of the step's own", edit: func(p *project) { p.edit("target: 150", "target: 150, seed: 7") },
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": "steps.stratify.seed: 42 → 7"}},
	{name: "a quota", edit: func(p *project) { p.edit("target: 150", `target: 150, shares: "LAION-AI/AIW": quota: 30`) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": `steps.stratify.shares."LAION-AI/AIW".quota: now 30`}},
	{name: "a prompt's text", edit: func(p *project) { p.write("prompts/system.md", "Be brief.\n") },
		actions: map[string]int{"transform": 1}, // the offline model heeds no prompt, so the rows are the same
		reasons: map[string]string{"transform": "prompts/system.md changed (steps.transform.prompts.system)"}},
	{name: "another prompt", edit: func(p *project) {
		p.write("prompts/terse.md", "Rewrite tersely: {think_text}\n")
		p.edit("prompts/user.md", "prompts/terse.md")
	},
		actions: map[string]int{"transform": 1},
		reasons: map[string]string{"transform": "steps.transform.prompts.user: prompts/user.md → prompts/terse.md, whose text differs"}},
	{name: "the model's name", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline-2"`) },
		actions: map[string]int{"transform": 1},
		reasons: map[string]string{"transform": `models.writer.name: "outline" → "outline-2"`}},
	{name: "a parameter of the model", edit: func(p *project) { p.edit(`name: "outline"`, `name: "outline", temperature: 0.5`) },
		actions: map[string]int{"transform": 1},
		reasons: map[string]string{"transform": "models.writer.temperature: 0 → 0.5"}},
	{name: "fewer rows rewritten", edit: func(p *project) { p.edit("model: models.writer", "model: models.writer, maxRows: 100") },
		actions: map[string]int{"transform": 1, "validate": 2},
		reasons: map[string]string{"transform": "steps.transform.maxRows: 5000 → 100"}},
	{name: "what an invalid row means", edit: func(p *project) { p.edit(`onInvalid: "fail"`, `onInvalid: "report"`) },
		actions: map[string]int{"validate": 1},
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"`}},
	{name: "two edits of one step", edit: func(p *project) { p.edit("target: 150", "target: 120, seed: 7") },
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": "steps.stratify.seed: 42 → 7; steps.stratify.target: 150 → 120"}},
	{name: "an edit that matters and one that does not", edit: func(p *project) {
		p.edit("target: 150", "target: 120", `name: "outline"`, `name: "outline", batch: false`)
	},
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": "steps.stratify.target: 150 → 120"}},
	{name: "an input connected elsewhere", edit: func(p *project) { p.edit("input:     transform.rows", "input:     stratify.rows", "fail", "report") },
		actions: map[string]int{"validate": 2},
		reasons: map[string]string{"validate": `steps.validate.onInvalid: "fail" → "report"; steps.validate.input: "transform.rows" → "stratify.rows"`}},

	// What changes the data.
	{name: "one more shard", edit: func(p *project) {
		p.write("data/train-00004-of-00004.jsonl", strings.ReplaceAll(p.read("data/train-00001-of-00004.jsonl"), `"id":"`, `"id":"more-`))
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 2},
		reasons: map[string]string{"sample": "data/train-00004-of-00004.jsonl is new"}},
	{name: "one shard fewer", edit: func(p *project) { os.Remove(filepath.Join(p.dir, "data/train-00003-of-00004.jsonl.zst")) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 2},
		reasons: map[string]string{"stratify": "data/train-00003-of-00004.jsonl.zst is gone"}},
	{name: "a row that is too short changed", edit: func(p *project) {
		changeRow(p, func(row string) bool { return strings.Count(row, "<think>") == 1 && len(row) < 1200 })
	},
		actions: map[string]int{"sample": 1, "filter": 1},
		reasons: map[string]string{"sample": "data/train-00001-of-00004.jsonl changed"}},
	{name: "a row that is drawn changed", edit: func(p *project) {
		drawn := p.read("output/transformed_output.jsonl")
		changeRow(p, func(row string) bool { return strings.Contains(drawn, row[:60]) })
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 2},
		reasons: map[string]string{"sample": "data/train-00001-of-00004.jsonl changed"}},
	{name: "a shard renamed", edit: func(p *project) {
		rename(p, "data/train-00001-of-00004.jsonl", "data/train-00001-of-four.jsonl")
	},
		actions: map[string]int{"sample": 1},
		reasons: map[string]string{"sample": "train-00001-of-00004.jsonl is now called train-00001-of-four.jsonl"}},
}

func rename(p *project, from, to string) {
	p.t.Helper()
	if err := os.Rename(filepath.Join(p.dir, from), filepath.Join(p.dir, to)); err != nil {
		p.t.Fatal(err)
	}
}

// changeRow puts a word behind the think block of the first row of the plain shard for which which is true.
func changeRow(p *project, which func(row string) bool) {
	p.t.Helper()
	const file = "data/train-00001-of-00004.jsonl"
	rows := strings.Split(p.read(file), "\n")
	for i, row := range rows {
		if len(row) > 60 && which(row) {
			rows[i] = strings.Replace(row, `</think>`, `</think> Indeed.`, 1)
			if rows[i] != row {
				p.write(file, strings.Join(rows, "\n"))
				return
			}
		}
	}
	p.t.Fatal("no such row")
}

func TestEveryEditRerunsJustWhatDependsOnIt(t *testing.T) {
	base := quickstart(t)
	base.edit("shards:       4", "shards:       10")
	base.mustApply()
	before := thinkTexts(base)
	for _, e := range edits {
		t.Run(e.name, func(t *testing.T) {
			t.Parallel()
			p := &project{t: t, dir: t.TempDir()}
			copyAsIs(t, base.dir, p.dir)
			if e.edit != nil {
				e.edit(p)
			}
			reasons := p.reasons(e.args...)
			actions, asked := p.executed(e.args...)
			if d := cmp.Diff(e.actions, actions, emptyIsNil); d != "" {
				t.Errorf("actions executed: %s", d)
			}
			if d := cmp.Diff(e.reasons, reasons, emptyIsNil); d != "" {
				t.Errorf("reasons: %s", d)
			}
			if len(e.args) == 0 {
				checkAsked(t, p, before, asked["transform"], e.reasons["transform"] != "" && !strings.Contains(e.name, "fewer"))
			}
			if out, code := p.run(append([]string{"plan", "--detailed-exitcode"}, e.args...)...); code != 0 {
				t.Errorf("the plan after the apply is not empty:\n%s", out)
			}
		})
	}
}

var emptyIsNil = cmp.FilterValues(func(x, y any) bool {
	a, _ := x.(map[string]int)
	b, _ := y.(map[string]int)
	c, _ := x.(map[string]string)
	d, _ := y.(map[string]string)
	return len(a)+len(b)+len(c)+len(d) == 0
}, cmp.Ignore())

// checkAsked compares the requests that were sent with the distinct think texts drawn that had not been drawn before,
// or with all of them if the model, its parameters or its prompts changed.
func checkAsked(t *testing.T, p *project, before map[string]bool, asked int, all bool) {
	t.Helper()
	want := 0
	for text := range thinkTexts(p) {
		if all || !before[text] {
			want++
		}
	}
	if asked != want {
		t.Errorf("%d requests sent, want %d", asked, want)
	}
}

// thinkTexts is the set of think texts in the published stratified sample, whatever its name.
func thinkTexts(p *project) map[string]bool {
	p.t.Helper()
	name := "output/stratified_sample.jsonl"
	texts := map[string]bool{}
	for line := range strings.Lines(p.read(name)) {
		var row struct {
			Messages []struct{ Role, Content string }
		}
		if err := json.Unmarshal([]byte(line), &row); err != nil {
			p.t.Fatal(err)
		}
		for _, m := range row.Messages {
			if m.Role != "assistant" {
				continue
			}
			for _, b := range think.Blocks(m.Content) {
				if !b.Blank() {
					texts[b.Text()] = true
				}
			}
		}
	}
	return texts
}

// copyAsIs copies a project with the times of its files, by which the tool knows them again.
func copyAsIs(t *testing.T, from, to string) {
	t.Helper()
	err := filepath.WalkDir(from, func(path string, e os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(from, path)
		if err != nil {
			return err
		}
		target := filepath.Join(to, rel)
		if e.IsDir() {
			return os.MkdirAll(target, 0o755)
		}
		info, err := e.Info()
		if err != nil {
			return err
		}
		if err := copyFile(path, target); err != nil {
			return err
		}
		return os.Chtimes(target, info.ModTime(), info.ModTime())
	})
	if err != nil {
		t.Fatal(err)
	}
}
