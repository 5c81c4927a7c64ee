package sample_test

import (
	"os"
	"path/filepath"
	"testing"

	"sftrun.local/steps/sample"
	"sftrun.local/steps/steptest"
)

func TestQuickstartShardsOfAllFormats(t *testing.T) {
	paths, err := filepath.Glob("../../examples/quickstart/data/train-*")
	if err != nil || len(paths) != 4 {
		t.Fatalf("shards %v, %v; want four", paths, err)
	}
	files := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files[filepath.Base(path)] = string(data)
	}
	made := steptest.Run(t, sample.Kind(), steptest.Case{Config: config(20, 3000, 42), Shards: files})
	for i, want := range []int{90, 55, 80, 96} {
		if got := len(made.Each[i].Rows); got != want {
			t.Errorf("%s has %d rows, want %d", made.Actions[i].Label, got, want)
		}
	}
	if sources := made.Figures["rows by source"]; len(sources) != 6 {
		t.Errorf("rows by source %v, want six sources", sources)
	}
}
