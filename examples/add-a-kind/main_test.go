package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sftrun.local/cmd/sftrun/cli"
	"sftrun.local/examples/add-a-kind/exclude"
	"sftrun.local/steps/all"
)

// The example runs as it stands, in a copy, as its program would run it.
func TestPipelineWithAKindFromOutside(t *testing.T) {
	data, err := filepath.Abs("../quickstart/data")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile("pipeline.cue")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	pipeline := strings.Replace(string(text), "../quickstart/data", data, 1)
	if err := os.WriteFile(filepath.Join(dir, "pipeline.cue"), []byte(pipeline), 0o644); err != nil {
		t.Fatal(err)
	}
	run := func(args ...string) string {
		t.Helper()
		var out, complaints bytes.Buffer
		stdio := cli.Stdio{In: strings.NewReader(""), Out: &out, Err: &complaints, Environ: []string{"HOME=" + dir}}
		if err := cli.Run(t.Context(), args, stdio, append(all.Kinds(), exclude.Kind())); err != nil {
			t.Fatalf("sftrun %v: %v\n%s", args, err, complaints.String())
		}
		return out.String()
	}
	run("apply", "--yes", "-C", dir)
	rows, err := os.ReadFile(filepath.Join(dir, "output", "clean.jsonl"))
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(rows, []byte("\n")); n < 300 || n > 321 {
		t.Errorf("%d rows are left", n)
	}
	if out := run("plan", "--detailed-exitcode", "-C", dir); !strings.Contains(out, "Nothing to do.") {
		t.Errorf("plan after the apply:\n%s", out)
	}
	if out := run("kinds", "exclude"); !strings.Contains(out, "pattern") {
		t.Errorf("kinds exclude:\n%s", out)
	}
}
