package filter_test

import (
	"encoding/json"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	tiktoken "github.com/pkoukk/tiktoken-go"
	loader "github.com/pkoukk/tiktoken-go-loader"

	"sftrun.local/steps/filter"
	"sftrun.local/steps/steptest"
)

// blocks finds think blocks apart from package think.
var blocks = regexp.MustCompile(`(?is)<think>(.*?)</think>`)

// counted sums the tokens of a row's think blocks with encoding/json, a regular expression and another tokeniser.
func counted(t *testing.T, encoding *tiktoken.Tiktoken, row string) (sum int) {
	t.Helper()
	var read struct {
		Messages []struct{ Role, Content string }
	}
	if err := json.Unmarshal([]byte(row), &read); err != nil {
		t.Fatal(err)
	}
	for _, m := range read.Messages {
		for _, block := range blocks.FindAllStringSubmatch(m.Content, -1) {
			if m.Role == "assistant" {
				sum += len(encoding.EncodeOrdinary(strings.TrimSpace(block[1])))
			}
		}
	}
	return sum
}

// Real traces of the quickstart are kept and counted as other programs would.
func TestQuickstartRows(t *testing.T) {
	const least, most = 500, 2000
	text, err := os.ReadFile("../../examples/quickstart/data/train-00001-of-00004.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	tiktoken.SetBpeLoader(loader.NewOfflineLoader())
	encoding, err := tiktoken.GetEncoding("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	rows := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	var want []string
	for _, row := range rows {
		if n := counted(t, encoding, row); least <= n && n <= most {
			want = append(want, with(row, n))
		}
	}
	made := steptest.Run(t, filter.Kind(), steptest.Case{
		Config: between(least, most, "any"), Inputs: map[string][]string{"input": rows},
	})
	if !slices.Equal(made.Texts(), want) || len(want) == 0 || len(want) == len(rows) {
		t.Errorf("%d of %d rows are kept, want %d; or their counts differ", len(made.Rows), len(rows), len(want))
	}
}
