package main_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// BenchmarkNoOpPlan is the whole process of a plan that has nothing to do, as its user waits for it: of the quickstart,
// of 200 steps on 10,000 input files, of the same where each of 20 steps chooses its files among all, and of a step of
// 10,000 actions with another behind it.
func BenchmarkNoOpPlan(b *testing.B) {
	b.Run("quickstart", func(b *testing.B) { benchmarkPlan(b, quickstart(b)) })
	b.Run("200 steps", func(b *testing.B) { benchmarkPlan(b, manySteps(b, "data/%02d/*.jsonl")) })
	b.Run("200 steps, shared files", func(b *testing.B) { benchmarkPlan(b, manySteps(b, "data/*/*.jsonl")) })
	b.Run("10,000 actions", func(b *testing.B) { benchmarkPlan(b, manyActions(b)) })
}

// BenchmarkVersion is the least that any command costs.
func BenchmarkVersion(b *testing.B) {
	p := quickstart(b)
	for b.Loop() {
		if _, code := p.run("version"); code != 0 {
			b.Fatalf("exit code %d", code)
		}
	}
}

// BenchmarkPlanWithoutManifests is a plan of two steps of 10,000 actions each whose manifests are gone: each action is
// looked up by itself.
func BenchmarkPlanWithoutManifests(b *testing.B) {
	p := manyActions(b)
	p.mustApply()
	if err := os.RemoveAll(filepath.Join(p.dir, ".sftrun", "store", "steps")); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		p.mustPlan()
	}
}

// BenchmarkApply executes 20,000 actions on rows of a hundred bytes: what the store and the bookkeeping cost.
func BenchmarkApply(b *testing.B) {
	for b.Loop() {
		b.StopTimer()
		p := manyActions(b)
		b.StartTimer()
		p.mustApply()
	}
	b.ReportMetric(float64(2*inputFiles*b.N)/b.Elapsed().Seconds(), "actions/s")
}

func benchmarkPlan(b *testing.B, p *project) {
	p.mustApply()
	for b.Loop() {
		p.mustPlan()
	}
}

// mustPlan plans, and there must be nothing to do.
func (p *project) mustPlan() {
	p.t.Helper()
	if out, code := p.run("plan", "--detailed-exitcode"); code != 0 {
		p.t.Fatalf("plan: exit code %d\n%s", code, out)
	}
}

const (
	inputFiles = 10_000
	groups     = 20
)

// manySteps is a pipeline of 200 steps: 20 times a sample of 500 files, a stratify, and two chains of four filters that
// begin with it. pattern is where the files of a group lie.
func manySteps(b *testing.B, pattern string) *project {
	p := newInputs(b)
	var steps strings.Builder
	for g := range groups {
		from := pattern
		if strings.Contains(from, "%") {
			from = fmt.Sprintf(pattern, g)
		}
		fmt.Fprintf(&steps, "\ts%d: sft.#Sample & {from: %q, shards: 500, rowsPerShard: 10, seed: %d, publish: \"s%d.jsonl\"}\n", g, from, g, g)
		fmt.Fprintf(&steps, "\td%d: sft.#Stratify & {input: s%d.rows, target: 490, publish: \"d%d.jsonl\"}\n", g, g, g)
		for chain := range 2 {
			from := fmt.Sprintf("d%d", g)
			for link := range 4 {
				name := fmt.Sprintf("f%d_%d_%d", g, chain, link)
				fmt.Fprintf(&steps, "\t%s: sft.#Filter & {input: %s.rows, tokens: {min: 0, max: %d}, publish: \"%s.jsonl\"}\n", name, from, 1000+100*chain+link, name)
				from = name
			}
		}
	}
	p.write("pipeline.cue", pipelineOf(steps.String()))
	return p
}

// manyActions is a pipeline of two steps with an action for each of 10,000 files.
func manyActions(b *testing.B) *project {
	p := newInputs(b)
	p.write("pipeline.cue", pipelineOf(fmt.Sprintf("\tsample: sft.#Sample & {from: \"data/*/*.jsonl\", shards: %d, rowsPerShard: 10}\n", inputFiles)+
		"\tfilter: sft.#Filter & {input: sample.rows, tokens: {min: 0, max: 1000}}\n"))
	return p
}

func pipelineOf(steps string) string {
	return "package pipeline\n\nimport \"sftrun.local/sft\"\n\nsft.#Pipeline & {\n\tname: \"large\"\n\tsteps: {\n" + steps + "\t}\n}\n"
}

// newInputs is a project with 10,000 files of one short row each, in 20 folders.
func newInputs(b *testing.B) *project {
	b.Helper()
	p := &project{t: b, dir: b.TempDir()}
	for i := range inputFiles {
		folder := filepath.Join(p.dir, "data", fmt.Sprintf("%02d", i%groups))
		if err := os.MkdirAll(folder, 0o755); err != nil {
			b.Fatal(err)
		}
		row := fmt.Sprintf(`{"id":"r%d","dataset_source":"s%d","messages":[{"role":"assistant","content":"<think>%d</think>yes"}]}`+"\n", i, i%7, i)
		if err := os.WriteFile(filepath.Join(folder, fmt.Sprintf("train-%05d.jsonl", i)), []byte(row), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	return p
}
