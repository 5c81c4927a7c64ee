package tokens_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"sftrun.local/steps/tokens"
)

// tracesFolder names the environment's variable for a folder of parquet shards of reasoning traces. Tests that need them
// are skipped without it.
const tracesFolder = "SFTRUN_TEST_TRACES"

type traceRow struct {
	Messages []struct {
		Content string `parquet:"content,optional"`
	} `parquet:"messages,list,optional"`
}

func TestTraces(t *testing.T) {
	var texts []string
	if *exhaustive {
		texts = traces(t, 1)
	} else {
		texts = traces(t, 12)[:200]
	}
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		for _, text := range texts {
			compare(t, c, want, text)
		}
	})
}

// traces returns the distinct messages of one of so many shards.
func traces(t testing.TB, oneOf int) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(os.Getenv(tracesFolder), "*.parquet"))
	if err != nil || len(files) == 0 {
		t.Skipf("no traces: %s=%q names no folder of parquet shards", tracesFolder, os.Getenv(tracesFolder))
	}
	var texts []string
	seen := map[string]bool{}
	for i := 0; i < len(files); i += oneOf {
		for _, text := range messages(t, files[i]) {
			if !seen[text] {
				seen[text] = true
				texts = append(texts, text)
			}
		}
	}
	return texts
}

// messages returns all messages of a shard.
func messages(t testing.TB, file string) []string {
	t.Helper()
	rows, err := parquet.ReadFile[traceRow](file)
	if err != nil {
		t.Fatal(err)
	}
	var texts []string
	for _, row := range rows {
		for _, m := range row.Messages {
			texts = append(texts, m.Content)
		}
	}
	return texts
}
