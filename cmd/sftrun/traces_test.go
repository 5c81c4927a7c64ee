package main_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// The seed's job over all 11,313 real traces, if they are there: every row is accounted for, and every row that was
// rewritten is valid.
func TestSeedsJobOverAllTraces(t *testing.T) {
	traces, err := filepath.Abs("../../../shared/data/traces/data")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(traces); err != nil || testing.Short() {
		t.Skip("takes half a minute, and needs the traces")
	}
	p := quickstart(t)
	p.edit("data/train-*", traces+"/*.parquet", "shards:       4", "shards: 12", "rowsPerShard: 100", "rowsPerShard: 3000", "target: 150", "target: 2000")
	p.mustApply()

	type row struct{ in, out, dropped, failed int }
	got := map[string]row{}
	var state struct {
		Stages map[string]struct {
			Completed bool
			Metadata  struct {
				In      int `json:"rows_in"`
				Out     int `json:"rows_out"`
				Dropped int `json:"rows_dropped"`
				Failed  int `json:"rows_failed"`
			}
		}
	}
	if err := json.Unmarshal([]byte(p.read("output/pipeline_state.json")), &state); err != nil {
		t.Fatal(err)
	}
	for name, s := range state.Stages {
		if !s.Completed {
			t.Errorf("%s is not completed", name)
		}
		got[name] = row{s.Metadata.In, s.Metadata.Out, s.Metadata.Dropped, s.Metadata.Failed}
	}
	want := map[string]row{
		"sample":    {0, 11313, 0, 0},
		"filter":    {11313, 4583, 6730, 0},
		"stratify":  {4583, 2000, 2583, 0},
		"transform": {2000, 2000, 0, 0},
		"validate":  {2000, 2000, 0, 0},
	}
	if d := cmp.Diff(want, got, cmp.AllowUnexported(row{})); d != "" {
		t.Errorf("rows: %s", d)
	}
	var report struct {
		Scanned int `json:"rows_scanned"`
		Valid   int `json:"rows_valid"`
	}
	out, code := p.run("validate", "--json", "output/transformed_output.jsonl")
	if err := json.Unmarshal([]byte(out), &report); err != nil || code != 0 || report.Scanned != 2000 || report.Valid != 2000 {
		t.Errorf("validate: exit code %d, %+v, %v", code, report, err)
	}
}
