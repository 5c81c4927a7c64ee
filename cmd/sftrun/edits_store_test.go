package main_test

import (
	"os"
	"path/filepath"
	"strings"
)

// What happens to files that the tool keeps, and to the folders that they lie in. What is derived is made again without
// any work; of what is lost, just that.
var storeEdits = []edit{
	{name: "the output deleted", edit: func(p *project) { removeAll(p, "output") }},
	{name: "a published file deleted", edit: func(p *project) { removeAll(p, "output/stratified_sample.jsonl") }},
	{name: "the state file deleted", edit: func(p *project) { removeAll(p, "output/pipeline_state.json") }},
	{name: "the state file broken", edit: func(p *project) { p.write("output/pipeline_state.json", "{") }},
	{name: "the index of the ledger deleted", edit: func(p *project) { removeAll(p, ledgerIndex(p)...) }},
	{name: "what is known of inputs and outputs deleted", edit: func(p *project) { removeAll(p, ".sftrun/inputs.json", ".sftrun/published.json") }},

	{name: "the project moved", edit: func(p *project) {
		dir := filepath.Join(p.t.TempDir(), "moved")
		if err := os.Rename(p.dir, dir); err != nil {
			p.t.Fatal(err)
		}
		p.dir = dir
	}},
	{name: "the store moved", edit: func(p *project) { p.args = []string{"--store", moveStore(p)} }},
	{name: "the store moved, and named in the environment", edit: func(p *project) { p.env = []string{"SFTRUN_STORE=" + moveStore(p)} }},
	{name: "another machine with the same store", edit: func(p *project) {
		p.args = []string{"--store", moveStore(p)}
		removeAll(p, ".sftrun")
	}},
	{name: "another machine with the same store and files of other times", edit: func(p *project) {
		p.args = []string{"--store", moveStore(p)}
		other := p.t.TempDir()
		for _, part := range []string{"data", "prompts"} {
			if err := os.CopyFS(filepath.Join(other, part), os.DirFS(filepath.Join(p.dir, part))); err != nil {
				p.t.Fatal(err)
			}
		}
		if err := copyFile(filepath.Join(p.dir, "pipeline.cue"), filepath.Join(other, "pipeline.cue")); err != nil {
			p.t.Fatal(err)
		}
		p.dir = other
	}},

	{name: "an object deleted that a step in the middle made", edit: func(p *project) { removeObject(p, "filter") },
		actions: map[string]int{"filter": 1}, least: 1, // what was made of it is there
		reasons: map[string]string{"filter": "1 of 4 parts: what it made is missing from the store"}},
	{name: "an object deleted, and the step before changed without effect", edit: func(p *project) {
		removeObject(p, "stratify")
		p.edit("max: 16384", "max: 16400")
	},
		actions: map[string]int{"filter": 4, "stratify": 1}, least: 5,
		reasons: map[string]string{"filter": "steps.filter.tokens.max: 16384 → 16400"}},
	{name: "a record deleted", edit: func(p *project) { removeRecord(p, "transform") },
		actions: map[string]int{"transform": 1}, least: 1,
		reasons: map[string]string{"transform": "1 result of 1 part missing from the store"}},
	{name: "all records of runs deleted", edit: func(p *project) { removeAll(p, ".sftrun/store/runs") }},
	{name: "the manifests of all steps deleted", edit: func(p *project) { removeAll(p, ".sftrun/store/steps") }},
}

// moveStore moves the store elsewhere and returns how to name it.
func moveStore(p *project) string {
	p.t.Helper()
	to := filepath.Join(p.t.TempDir(), "store")
	if err := os.Rename(filepath.Join(p.dir, ".sftrun/store"), to); err != nil {
		p.t.Fatal(err)
	}
	return p.storeAt(to)
}

// ledgerIndex lists the files of the index, which other files of the ledger are the source of.
func ledgerIndex(p *project) []string {
	p.t.Helper()
	found, err := filepath.Glob(filepath.Join(p.dir, ".sftrun", "ledger.sqlite*"))
	if err != nil || len(found) == 0 {
		p.t.Fatalf("no index of the ledger: %v", err)
	}
	for i := range found {
		found[i] = filepath.Join(".sftrun", filepath.Base(found[i]))
	}
	return found
}

// recordOf finds the record of an action of a kind that made rows, and the digest of the first part of them.
func recordOf(p *project, kind string) (path, digest string) {
	p.t.Helper()
	err := filepath.WalkDir(filepath.Join(p.dir, ".sftrun/store/actions"), func(at string, e os.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(at)
		_, rest, made := strings.Cut(string(text), `"rows":[{"digest":"`)
		if made && strings.Contains(string(text), `"kind":"`+kind+`"`) {
			path = at
			digest, _, _ = strings.Cut(rest, `"`)
		}
		return err
	})
	if err != nil || path == "" {
		p.t.Fatalf("no record of an action of %s: %v", kind, err)
	}
	return path, digest
}

func removeRecord(p *project, kind string) {
	path, _ := recordOf(p, kind)
	if err := os.Remove(path); err != nil {
		p.t.Fatal(err)
	}
}

func removeObject(p *project, kind string) {
	_, digest := recordOf(p, kind)
	if err := os.Remove(filepath.Join(p.dir, ".sftrun/store/objects", digest[:2], digest[2:])); err != nil {
		p.t.Fatal(err)
	}
}
