package schema_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/schema"
)

// kindNames are the kinds in testdata/kinds. They are copies, so that what these tests expect does not move when a
// kind's author adds a field.
var kindNames = []string{"sample", "filter", "stratify", "transform", "validate"}

func kinds(t testing.TB) []schema.Definition {
	t.Helper()
	var all []schema.Definition
	for _, name := range kindNames {
		all = append(all, schema.Definition{Name: name, Source: text(t, "testdata/kinds/"+name+".cue.txt")})
	}
	return all
}

func base(t testing.TB) string { return text(t, "testdata/pipeline.cue.txt") }

func text(t testing.TB, path string) string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// project makes a folder with the given files.
func project(t testing.TB, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// load loads a project that must be free of mistakes.
func load(t testing.TB, files map[string]string, change func(*schema.Options)) *schema.Pipeline {
	t.Helper()
	p, err := tryLoad(t, files, change)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

func tryLoad(t testing.TB, files map[string]string, change func(*schema.Options)) (*schema.Pipeline, error) {
	t.Helper()
	o := schema.Options{Dir: project(t, files), Kinds: kinds(t)}
	if change != nil {
		change(&o)
	}
	return schema.Load(t.Context(), o)
}

// edited is the base pipeline with one replacement, which must change it.
func edited(t testing.TB, old, new string) string {
	t.Helper()
	before := base(t)
	after := strings.Replace(before, old, new, 1)
	if after == before {
		t.Fatalf("the base pipeline does not contain %q", old)
	}
	return after
}

func step(t testing.TB, p *schema.Pipeline, name string) schema.Step {
	t.Helper()
	for _, s := range p.Steps {
		if s.Name == name {
			return s
		}
	}
	t.Fatalf("no step %q", name)
	return schema.Step{}
}
