package main_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/runner/outside/hubtest"
)

const (
	dolci = "allenai/Dolci-Think-SFT-7B"
	shard = dolci + "/data/train-00000-of-00001.parquet"
)

// The full run as examples/dolci has it, its variants too, with rows of the quickstart in the place of Dolci's and the
// offline model in that of Gemini.
func TestTheFullRunIsRehearsed(t *testing.T) {
	h := rehearsalHub(t, map[string]string{shard: "../../examples/quickstart/data/train-00000-of-00004.parquet"}, 0.1)
	p := fullRun(t, h)
	p.edit("*2000 | int", "*20 | int")

	out, code := p.run("plan")
	if code != 0 || !strings.Contains(out, "hf://allenai/Dolci-Think-SFT-7B main is ") || !strings.Contains(out, ", 1 of 1 shard, 110 kB, 90 rows\n") {
		t.Errorf("plan: exit code %d:\n%s", code, out)
	}
	p.applyVariants()
	if n := h.Count(shard); n.Bytes > 4*110_157 {
		t.Errorf("three variants read %d bytes of one shard", n.Bytes)
	}
}

// The same on all real traces, if they are there, from a Hub where a fifth of all answers goes wrong.
func TestTheFullRunOverAllTraces(t *testing.T) {
	traces, err := filepath.Glob("../../../shared/data/traces/data/*.parquet")
	if err != nil || len(traces) == 0 || testing.Short() {
		t.Skip("takes half a minute, and needs the traces")
	}
	files := map[string]string{}
	for _, path := range traces {
		files[dolci+"/data/"+filepath.Base(path)] = path
	}
	p := fullRun(t, rehearsalHub(t, files, 0.2))
	if out, code := p.run("plan"); code != 0 || !strings.Contains(out, ", 12 of 12 shards, 20 MB, 11,313 rows\n") {
		t.Errorf("plan: exit code %d:\n%s", code, out)
	}
	p.applyVariants()
	if n := strings.Count(p.read("output/transformed_output.jsonl"), "\n"); n != 2000 {
		t.Errorf("%d rows were written", n)
	}
}

// applyVariants applies the pipeline and both variants; after each, nothing is left to do.
func (p *project) applyVariants() {
	p.t.Helper()
	for _, variant := range [][]string{{"--variant", "terse"}, {"--variant", "midlength"}, nil} {
		p.mustApply(variant...)
		if out, code := p.run(append([]string{"plan", "--detailed-exitcode"}, variant...)...); code != 0 {
			p.t.Errorf("something is left to do with %q:\n%s", variant, out)
		}
	}
}

// rehearsalHub serves files by their paths at the Hub, and goes wrong at a rate.
func rehearsalHub(t *testing.T, files map[string]string, rate float64) *hubtest.Hub {
	t.Helper()
	root := t.TempDir()
	for name, from := range files {
		to := filepath.Join(root, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := copyFile(from, to); err != nil {
			t.Fatal(err)
		}
	}
	h, err := hubtest.Start(hubtest.Options{Dir: root, Large: 1, Rate: rate, Seed: 5})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// fullRun is a copy of examples/dolci with the offline model, which reads from a Hub.
func fullRun(t *testing.T, h *hubtest.Hub) *project {
	t.Helper()
	p := &project{t: t, dir: t.TempDir(), env: []string{"HF_ENDPOINT=" + h.URL()}}
	if err := os.CopyFS(p.dir, os.DirFS("../../examples/dolci")); err != nil {
		t.Fatal(err)
	}
	p.edit(`"gemini"`, `"offline"`, `"gemini-3-flash-preview"`, `"outline"`)
	return p
}
