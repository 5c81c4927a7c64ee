package cli

import (
	"os"
	"path/filepath"
	"testing"

	"sftrun.local/schema"
)

// pipelineOf loads a pipeline without steps, that has what is given besides.
func pipelineOf(t *testing.T, fields string) *schema.Pipeline {
	t.Helper()
	folder := t.TempDir()
	text := "package pipeline\n\nimport \"sftrun.local/sft\"\n\nsft.#Pipeline & {name: \"p\", steps: {}, " + fields + "}\n"
	if err := os.WriteFile(filepath.Join(folder, "pipeline.cue"), []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	p, err := schema.Load(t.Context(), schema.Options{Dir: folder})
	if err != nil {
		t.Fatal(err)
	}
	return p
}
