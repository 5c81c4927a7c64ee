package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
)

// What changes the tool itself: another version of a kind, or another way to make keys.
var toolEdits = []edit{
	{name: "the version of a kind raised", edit: func(p *project) { p.program = rebuilt(p, "steps/filter/filter.go", "Version: 1", "Version: 2") },
		actions: map[string]int{"filter": 4}, least: 4, // and its results are as before
		reasons: map[string]string{"filter": "kind filter has a new version: 1 → 2"}},
	{name: "the version of a kind raised that asks", edit: func(p *project) {
		p.program = rebuilt(p, "steps/transform/transform.go", "Version: 1", "Version: 2")
	},
		actions: map[string]int{"transform": 1}, least: 1, // no answer depends on it
		reasons: map[string]string{"transform": "kind transform has a new version: 1 → 2"}},
	{name: "the version of a kind raised, and a field changed", edit: func(p *project) {
		p.program = rebuilt(p, "steps/stratify/stratify.go", "Version: 1", "Version: 2")
		p.edit("target: 150", "target: 120")
	},
		actions: map[string]int{"stratify": 5, "transform": 1, "validate": 2}, least: 8,
		reasons: map[string]string{"stratify": "kind stratify has a new version: 1 → 2; steps.stratify.target: 150 → 120"}},
	{name: "keys made in another way", edit: func(p *project) { p.program = rebuilt(p, "runner/key.go", "const Scheme = 1", "const Scheme = 2") },
		// Nothing is known under the new keys, but for the answers.
		actions: map[string]int{"sample": 4, "filter": 4, "stratify": 5, "transform": 1, "validate": 2}, least: 16,
		reasons: map[string]string{"sample": "keys are made in a new way: scheme 1 → 2"}},
	{name: "the tool's own version", edit: func(p *project) {
		p.program = rebuilt(p, "cmd/sftrun/cli/version.go", "info, ok := debug.ReadBuildInfo()", "info, ok := &debug.BuildInfo{Main: debug.Module{Version: \"v9\"}}, true")
		if out, _ := p.run("version"); !strings.Contains(out, "v9") {
			p.t.Errorf("the version is %s", out)
		}
	}},
}

// rebuilt builds sftrun from a source in which some text of one file is another, and returns its path.
func rebuilt(p *project, file, old, new string) string {
	p.t.Helper()
	source, err := filepath.Abs(filepath.Join("..", "..", file))
	if err != nil {
		p.t.Fatal(err)
	}
	text, err := os.ReadFile(source)
	if err != nil || strings.Count(string(text), old) != 1 {
		p.t.Fatalf("%s should hold %q once: %v", file, old, err)
	}
	dir := p.t.TempDir()
	changed, overlay := filepath.Join(dir, "changed.go"), filepath.Join(dir, "overlay.json")
	plan, err := json.Marshal(map[string]any{"Replace": map[string]string{source: changed}})
	if err != nil {
		p.t.Fatal(err)
	}
	for path, content := range map[string]string{changed: strings.Replace(string(text), old, new, 1), overlay: string(plan)} {
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			p.t.Fatal(err)
		}
	}
	program, err := build("sftrun-"+filepath.Base(filepath.Dir(dir)), "-overlay", overlay)
	if err != nil {
		p.t.Fatal(err)
	}
	return program
}
