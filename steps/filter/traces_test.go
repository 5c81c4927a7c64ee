package filter_test

import (
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"sftrun.local/steps/filter"
	"sftrun.local/steps/steptest"
)

// tracesFolder names the environment's variable for a folder with the shards of 11,313 published reasoning traces. The
// test is skipped without it.
const tracesFolder = "SFTRUN_TEST_TRACES"

type trace struct {
	ID       string `parquet:"id,optional" json:"id"`
	Messages []struct {
		Role    string `parquet:"role,optional" json:"role"`
		Content string `parquet:"content,optional" json:"content"`
	} `parquet:"messages,list,optional" json:"messages"`
	Source string `parquet:"dataset_source,optional" json:"dataset_source"`
}

// traces returns all traces as rows.
func traces(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv(tracesFolder), "*.parquet"))
	if err != nil || len(files) == 0 || testing.Short() {
		t.Skipf("a short run, or no traces: %s=%q names no folder of parquet shards", tracesFolder, os.Getenv(tracesFolder))
	}
	var rows []string
	for _, file := range files {
		part, err := parquet.ReadFile[trace](file)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range part {
			text, err := json.Marshal(row)
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, string(text))
		}
	}
	return rows
}

// The figures were counted apart from this code.
func TestAllTraces(t *testing.T) {
	rows := traces(t)
	for blocks, want := range map[string]int{"any": 4592, "one": 4592 - 9} {
		made, err := steptest.Execute(context.Background(), filter.Kind(), steptest.Case{
			Config: between(500, 16384, blocks), Inputs: map[string][]string{"input": rows},
		})
		if err != nil {
			t.Fatal(err)
		}
		if len(made.Rows) != want || len(made.Rows)+len(made.Rejects) != len(rows) {
			t.Errorf("%s: %d of %d rows out, %v, want %d out", blocks, len(made.Rows), len(rows), made.Reasons(), want)
		}
	}
}
