package main_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
)

const plainShard = "data/train-00001-of-00004.jsonl"

// What changes the data, or only the files that hold them. A shard is known again by its bytes, and a row by no more
// than the part that it lies in; what the part's work gives shows whether the rest follows.
var dataEdits = []edit{
	{name: "a shard touched", edit: func(p *project) { p.write(plainShard, p.read(plainShard)) }},
	{name: "a shard replaced by an equal copy", edit: func(p *project) {
		p.write("copy", p.read(plainShard))
		rename(p, "copy", plainShard)
	}},
	{name: "a row changed and changed back", edit: func(p *project) {
		was := p.read(plainShard)
		changeRow(p, tooShort)
		p.reasons()
		p.write(plainShard, was)
	}},
	{name: "the shards moved to another folder", edit: func(p *project) {
		rename(p, "data", "traces")
		p.edit("data/train-*", "traces/train-*")
	}},
	{name: "a file beside the shards", edit: func(p *project) { p.write("data/notes.txt", "Not a shard.") }},
	{name: "a shard renamed", edit: func(p *project) { rename(p, plainShard, "data/train-00001-of-four.jsonl") },
		actions: map[string]int{"sample": 1}, least: 1, // rows are drawn by the shard's name
		reasons: map[string]string{"sample": "train-00001-of-00004.jsonl is now called train-00001-of-four.jsonl"}},
	{name: "one more shard", edit: func(p *project) { p.write("data/train-00004-of-00004.jsonl", moreRows(p)) },
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": "data/train-00004-of-00004.jsonl is new"}},
	{name: "one shard fewer", edit: func(p *project) { os.Remove(filepath.Join(p.dir, "data/train-00003-of-00004.jsonl.zst")) },
		actions: map[string]int{"stratify": 1, "transform": 1, "validate": 1}, least: 3,
		reasons: map[string]string{"stratify": "data/train-00003-of-00004.jsonl.zst is gone"}},
	{name: "one shard fewer and more rows of each", edit: func(p *project) {
		os.Remove(filepath.Join(p.dir, "data/train-00003-of-00004.jsonl.zst"))
		p.edit("rowsPerShard: 100", "rowsPerShard: 200")
	},
		actions: map[string]int{"sample": 3, "stratify": 1, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": "steps.sample.rowsPerShard: 100 → 200"}}, // that a shard is gone makes no work for sample
	{name: "one shard fewer and another filter", edit: func(p *project) {
		os.Remove(filepath.Join(p.dir, "data/train-00003-of-00004.jsonl.zst"))
		p.edit("max: 16384", "max: 16400")
	},
		actions: map[string]int{"filter": 3, "stratify": 1, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "all shards but one gone and another filter", edit: func(p *project) {
		os.Remove(filepath.Join(p.dir, "data/train-00003-of-00004.jsonl.zst"))
		os.Remove(filepath.Join(p.dir, "data/train-00002-of-00004.jsonl.gz"))
		os.Remove(filepath.Join(p.dir, "data/train-00000-of-00004.parquet"))
		p.edit("max: 16384", "max: 16400", "target: 150", "target: 20")
	},
		actions: map[string]int{"filter": 1, "stratify": 1, "transform": 1, "validate": 2}, least: 5,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "a shard gone, and another taken in its place", edit: func(p *project) {
		p.edit("shards:       10", "shards:       1", "target: 150", "target: 20")
		p.afresh()
		os.Remove(filepath.Join(p.dir, "data", sampled(p)))
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": "data/train-00002-of-00004.jsonl.gz is gone"}},
	{name: "a row that is too short changed", edit: func(p *project) { changeRow(p, tooShort) },
		actions: map[string]int{"sample": 1, "filter": 1}, least: 2,
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "a row that is drawn changed", edit: func(p *project) { changeRow(p, isDrawn(p)) },
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "a row put in the middle", edit: func(p *project) {
		changeRows(p, func(rows []string) []string {
			return slices.Insert(rows, len(rows)/2, `{"id":"new","dataset_source":"mine","messages":[{"role":"user","content":"?"},{"role":"assistant","content":"<think>Too short.</think>Yes."}]}`)
		})
	},
		actions: map[string]int{"sample": 1, "filter": 1}, least: 2, // it is too short, and the others are as they were
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "a row deleted", edit: func(p *project) {
		drawn := isDrawn(p)
		changeRows(p, func(rows []string) []string { i := slices.IndexFunc(rows, drawn); return slices.Delete(rows, i, i+1) })
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "a row twice", edit: func(p *project) {
		drawn := isDrawn(p)
		changeRows(p, func(rows []string) []string {
			i := slices.IndexFunc(rows, drawn)
			return slices.Insert(rows, i, rows[i])
		})
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 1}, least: 6,
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "rows in another order", edit: func(p *project) {
		changeRows(p, func(rows []string) []string { slices.Reverse(rows); return rows })
	},
		// The draw goes by the hashes of rows, so the same ones come out in the same order.
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2}, least: 4,
		reasons: map[string]string{"sample": plainShard + " changed"}},
	{name: "a row changed, and a shard touched and renamed", edit: func(p *project) {
		changeRow(p, tooShort)
		const packed = "data/train-00002-of-00004.jsonl.gz"
		p.write(packed, p.read(packed))
		rename(p, packed, "data/train-00002-of-four.jsonl.gz")
	},
		actions: map[string]int{"sample": 2, "filter": 1}, least: 3,
		reasons: map[string]string{"sample": plainShard + " changed; train-00002-of-00004.jsonl.gz is now called train-00002-of-four.jsonl.gz"}},
	{name: "other files asked for, and the ones before gone", edit: func(p *project) {
		p.write("data/new.jsonl", moreRows(p))
		removeAll(p, "data/train-00000-of-00004.parquet", plainShard, "data/train-00002-of-00004.jsonl.gz", "data/train-00003-of-00004.jsonl.zst")
		p.edit("data/train-*", "data/new*", "target: 150", "target: 20")
	},
		actions: map[string]int{"sample": 1, "filter": 1, "stratify": 2, "transform": 1, "validate": 2}, least: 7,
		reasons: map[string]string{"sample": `steps.sample.from: "data/train-*" → "data/new*"`}},
	{name: "a row changed, and the same shard moved with the others", edit: func(p *project) {
		changeRow(p, tooShort)
		rename(p, "data", "traces")
		p.edit("data/train-*", "traces/train-*")
	},
		actions: map[string]int{"sample": 1, "filter": 1}, least: 2,
		reasons: map[string]string{"sample": "traces/train-00001-of-00004.jsonl changed"}},
}

func rename(p *project, from, to string) {
	p.t.Helper()
	if err := os.Rename(filepath.Join(p.dir, from), filepath.Join(p.dir, to)); err != nil {
		p.t.Fatal(err)
	}
}

func removeAll(p *project, names ...string) {
	p.t.Helper()
	for _, name := range names {
		if err := os.RemoveAll(filepath.Join(p.dir, name)); err != nil {
			p.t.Fatal(err)
		}
	}
}

// moreRows are the rows of the plain shard, under other ids.
func moreRows(p *project) string {
	return strings.ReplaceAll(p.read(plainShard), `"id":"`, `"id":"more-`)
}

// sampled is the name of the shard that the first row comes from.
func sampled(p *project) string {
	_, rest, _ := strings.Cut(p.read("output/raw_sample.jsonl"), `"shard_file":"`)
	name, _, _ := strings.Cut(rest, `"`)
	return name
}

func tooShort(row string) bool { return strings.Count(row, "<think>") == 1 && len(row) < 1200 }

// isDrawn tells whether a row was drawn, by how it begins.
func isDrawn(p *project) func(row string) bool {
	drawn := p.read("output/transformed_output.jsonl")
	return func(row string) bool { return len(row) > 60 && strings.Contains(drawn, row[:60]) }
}

// changeRows changes the rows of the plain shard.
func changeRows(p *project, change func([]string) []string) {
	p.t.Helper()
	rows := strings.Split(strings.TrimSuffix(p.read(plainShard), "\n"), "\n")
	p.write(plainShard, strings.Join(change(rows), "\n")+"\n")
}

// changeRow puts a word behind the think block of the first row of the plain shard for which which is true.
func changeRow(p *project, which func(row string) bool) {
	p.t.Helper()
	changeRows(p, func(rows []string) []string {
		i := slices.IndexFunc(rows, which)
		if i < 0 {
			p.t.Fatal("no such row")
		}
		rows[i] = strings.Replace(rows[i], `</think>`, `</think> Indeed.`, 1)
		return rows
	})
}
