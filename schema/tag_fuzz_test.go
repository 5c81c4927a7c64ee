package schema_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"

	"sftrun.local/schema"
)

// A text given with -t is the value that the pipeline has, whatever it holds, and is recorded so; or it is a mistake.
func FuzzTags(f *testing.F) {
	for _, s := range []string{"x=a", "x=", "x", "=", "x==", "x=\"a\"", "x=a\nb", "x=\\(y)", "y=a", "x=\x00", "a\n\n\x1b", "a\n\x1b=b", "x=\xff", "x =a", "=x", "x=@tag(x)", "x=1e999", "x=\u202e", "now=1"} {
		f.Add(s)
	}
	dir := f.TempDir()
	text := strings.Replace(base(f), "sft.#Pipeline & {", "_free: string | *\"-\" @tag(x)\nsft.#Pipeline & {\n\tsteps: sample: publish: _free", 1)
	if err := os.WriteFile(filepath.Join(dir, "pipeline.cue"), []byte(text), 0o644); err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, given string) {
		p, err := schema.Load(t.Context(), schema.Options{Dir: dir, Kinds: kinds(t), Tags: []string{given}})
		var mistakes schema.Errors
		if err != nil {
			if !errors.As(err, &mistakes) || strings.Count(strings.TrimSpace(err.Error()), "\n") >= 2*len(mistakes) || strings.ContainsAny(err.Error(), "\x00\x1b") {
				t.Errorf("%q: %T %v", given, err, err)
			}
			return
		}
		name, value, _ := strings.Cut(given, "=")
		if got := step(t, p, "sample").Publish; name == "x" && got != value && utf8.ValidString(value) {
			t.Errorf("%q: publish %q", given, got)
		}
		if p.Tags[name] != value || !json.Valid(p.Value) {
			t.Errorf("%q was recorded as %q", given, p.Tags)
		}
	})
}
