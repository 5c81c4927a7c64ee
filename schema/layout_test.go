package schema_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/schema"
)

var update = flag.Bool("update", false, "write the generated files of this repository")

// repositoryKinds are the kinds as they are now, in steps/*/kind.cue.
func repositoryKinds(t testing.TB) []schema.Definition { return kindsIn(t, "../steps") }

func kindsIn(t testing.TB, folder string) []schema.Definition {
	t.Helper()
	paths, err := filepath.Glob(folder + "/*/kind.cue")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no kinds found: %v", err)
	}
	var all []schema.Definition
	for _, p := range paths {
		all = append(all, schema.Definition{Name: filepath.Base(filepath.Dir(p)), Source: text(t, p)})
	}
	return all
}

// This repository is itself a folder with a pipeline.cue, so it has the layout too, and must have the current one. So
// have the examples, one of which has a kind of its own.
func TestLayoutOfThisRepositoryIsCurrent(t *testing.T) {
	kinds := repositoryKinds(t)
	checkLayout(t, "..", kinds)
	checkLayout(t, "../examples/quickstart", kinds)
	checkLayout(t, "../examples/dolci", kinds)
	checkLayout(t, "../examples/add-a-kind", append(kinds, kindsIn(t, "../examples/add-a-kind")...))
}

func checkLayout(t *testing.T, folder string, kinds []schema.Definition) {
	t.Helper()
	for name, want := range schema.Layout(kinds) {
		path := filepath.Join(folder, filepath.FromSlash(name))
		if *update {
			write(t, path, want)
		}
		got, err := os.ReadFile(path)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not what the kinds say; run: go test ./schema -run Layout -update", name)
		}
	}
}

// examples/dolci is the pipeline of this repository as a project of its own, with variants.
func TestLayoutOfTheFullRunIsCurrent(t *testing.T) {
	for _, name := range []string{"pipeline.cue", "prompts/system.md", "prompts/user.md", "prompts/user_terse.md"} {
		want, err := os.ReadFile(filepath.Join("..", name))
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join("..", "examples", "dolci", name)
		if *update {
			write(t, path, want)
		}
		if got, err := os.ReadFile(path); err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s is not the one at the top; change that one, then run: go test ./schema -run Layout -update", path)
		}
	}
}

func TestTheFullRunAndItsVariantsLoad(t *testing.T) {
	dir := filepath.Join("..", "examples", "dolci")
	variants := schema.Variants(dir)
	if len(variants) != 2 {
		t.Errorf("variants %v, want two", variants)
	}
	for _, variant := range append(variants, "") {
		p, err := schema.Load(t.Context(), schema.Options{Dir: dir, Variant: variant, Kinds: repositoryKinds(t)})
		if err != nil {
			t.Errorf("variant %q:\n%v", variant, err)
			continue
		}
		for _, s := range p.Steps {
			for _, f := range s.Files {
				if _, err := os.Stat(filepath.Join(dir, f.Path)); err != nil {
					t.Errorf("variant %q: steps.%s.%s: %v", variant, s.Name, f.Field, err)
				}
			}
		}
	}
}

func TestLayoutIsPlainCUEWithoutConditions(t *testing.T) {
	for name, data := range schema.Layout([]schema.Definition{{Name: "x", Source: "@if(sft)\n\npackage sft\n"}}) {
		if strings.Contains(string(data), "@if") {
			t.Errorf("%s still has its condition:\n%s", name, data)
		}
	}
}
