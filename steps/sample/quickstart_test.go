package sample_test

import (
	"os"
	"path/filepath"
	"testing"

	"sftrun.local/steps/sample"
	"sftrun.local/steps/steptest"
)

// quickstartShards are real traces: a shard of each format.
func quickstartShards(t *testing.T) map[string]string {
	t.Helper()
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
	return files
}

func TestQuickstartShardsOfAllFormats(t *testing.T) {
	made := steptest.Run(t, sample.Kind(), steptest.Case{Config: config(20, 3000, 42), Shards: quickstartShards(t)})
	for i, want := range []int{90, 55, 80, 96} {
		if got := len(made.Each[i].Rows); got != want {
			t.Errorf("%s has %d rows, want %d", made.Actions[i].Label, got, want)
		}
	}
	if sources := made.Figures["rows by source"]; len(sources) != 6 {
		t.Errorf("rows by source %v, want six sources", sources)
	}
}

// Each row of a shard must come equally often, whatever the format: told by its bytes, so that a reader that gives
// another row than the one that was chosen is found out as well.
func TestRowsOfEveryFormatAreDrawnUniformly(t *testing.T) {
	if testing.Short() {
		t.Skip("draws 150 samples of four shards")
	}
	const seeds, rows = 150, 10
	files := quickstartShards(t)
	all, err := steptest.Execute(t.Context(), sample.Kind(), steptest.Case{Config: config(4, 3000, 0), Shards: files})
	if err != nil {
		t.Fatal(err)
	}
	drawn := make([]map[string]int, len(all.Each))
	for i := range drawn {
		drawn[i] = map[string]int{}
	}
	for seed := range int64(seeds) {
		made, err := steptest.Execute(t.Context(), sample.Kind(), steptest.Case{Config: config(4, rows, seed), Shards: files})
		if err != nil {
			t.Fatal(err)
		}
		for i, each := range made.Each {
			for _, r := range each.Rows {
				if r.Bytes != all.Each[i].Rows[r.From.Row].Bytes {
					t.Fatalf("%s, seed %d: row %d is another one than among all rows", made.Actions[i].Label, seed, r.From.Row)
				}
				drawn[i][r.Bytes]++
			}
		}
	}
	for i, most := range []float64{136.0, 91.9, 123.6, 143.3} { // 99.9 % of chi-square at 89, 54, 79 and 95 degrees of freedom
		n := float64(len(all.Each[i].Rows))
		if c := chiSquare(drawn[i], len(all.Each[i].Rows), seeds*rows) / (1 - rows/n) * (n - 1) / n; c > most {
			t.Errorf("%s: chi-square %.1f, at most %.1f", all.Actions[i].Label, c, most)
		}
	}
}
