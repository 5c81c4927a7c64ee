package schema_test

import (
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sftrun.local/schema"
)

// FuzzLoad holds Load to its promise for any text: a mistake of the user as such, or a pipeline with valid config that
// loads again to the same.
func FuzzLoad(f *testing.F) {
	f.Add(base(f))
	for _, m := range mistakes {
		if m.old != "" {
			f.Add(edited(f, m.old, m.new))
		}
	}
	f.Add("package pipeline\nimport \"sftrun.local/sft\"\nsft.#Pipeline & {name: \"x\", let a = {b: a}, steps: a}")
	f.Add("package pipeline\nsteps: steps\nname: name")
	dir := f.TempDir()
	options := schema.Options{Dir: dir, Kinds: kinds(f), Timeout: 5 * time.Second}
	f.Fuzz(func(t *testing.T, source string) {
		if err := os.WriteFile(filepath.Join(dir, "pipeline.cue"), []byte(source), 0o644); err != nil {
			t.Fatal(err)
		}
		p, err := schema.Load(t.Context(), options)
		var mistakes schema.Errors
		if err != nil {
			if !errors.As(err, &mistakes) || strings.TrimSpace(err.Error()) == "" {
				t.Fatalf("%T: %v", err, err)
			}
			return
		}
		for _, s := range p.Steps {
			if !json.Valid(s.Config) {
				t.Errorf("step %s: %s", s.Name, s.Config)
			}
			p.Position("steps." + s.Name + ".input")
		}
		again, err := schema.Load(t.Context(), options)
		if err != nil || again.Digest != p.Digest {
			t.Errorf("the second load differs: %v", err)
		}
	})
}
