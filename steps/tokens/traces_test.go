package tokens_test

import (
	"path/filepath"
	"testing"

	"github.com/parquet-go/parquet-go"

	"sftrun.local/steps/tokens"
)

// traceFiles matches the shards of real reasoning traces; without them, the tests that need them are skipped.
const traceFiles = "../../../shared/data/traces/data/*.parquet"

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
	files, err := filepath.Glob(traceFiles)
	if err != nil || len(files) == 0 {
		t.Skipf("no traces at %s (%v)", traceFiles, err)
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
