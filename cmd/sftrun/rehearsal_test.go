package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/runner/outside/hubtest"
)

// The full run as examples/dolci has it: the pipeline of this repository, its prompts and its variants, with the rows of
// the quickstart in the place of Dolci's and the offline model in that of Gemini.
func TestTheFullRunIsRehearsed(t *testing.T) {
	root := t.TempDir()
	shard := filepath.Join(root, "allenai", "Dolci-Think-SFT-7B", "data", "train-00000-of-00001.parquet")
	if err := os.MkdirAll(filepath.Dir(shard), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := copyFile("../../examples/quickstart/data/train-00000-of-00004.parquet", shard); err != nil {
		t.Fatal(err)
	}
	h, err := hubtest.Start(hubtest.Options{Dir: root, Large: 1, Rate: 0.1, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	p := fullRun(t)
	p.env = append(p.env, "HF_ENDPOINT="+h.URL())
	p.edit(`"gemini"`, `"offline"`, `"gemini-3-flash-preview"`, `"outline"`, "*2000 | int", "*20 | int")

	out, code := p.run("plan")
	if code != 0 || !strings.Contains(out, "hf://allenai/Dolci-Think-SFT-7B main is ") || !strings.Contains(out, ", 1 of 1 shard, 110 kB, 90 rows\n") {
		t.Errorf("plan: exit code %d:\n%s", code, out)
	}
	for _, variant := range [][]string{nil, {"--variant", "terse"}, {"--variant", "midlength"}} {
		p.mustApply(variant...)
		if out, code := p.run(append([]string{"plan", "--detailed-exitcode"}, variant...)...); code != 0 {
			t.Errorf("something is left to do with %q:\n%s", variant, out)
		}
	}
	if n := h.Count("allenai/Dolci-Think-SFT-7B/data/train-00000-of-00001.parquet"); n.Bytes > 4*110_157 {
		t.Errorf("three variants read %d bytes of one shard", n.Bytes)
	}
}

// fullRun is a copy of the pipeline of this repository.
func fullRun(t *testing.T) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir()}
	for _, folder := range []string{"variants", "prompts"} {
		if err := os.CopyFS(filepath.Join(p.dir, folder), os.DirFS(filepath.Join("..", "..", folder))); err != nil {
			t.Fatal(err)
		}
	}
	if err := copyFile("../../pipeline.cue", filepath.Join(p.dir, "pipeline.cue")); err != nil {
		t.Fatal(err)
	}
	return p
}
