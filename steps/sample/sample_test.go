package sample_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/sample"
	"sftrun.local/steps/steptest"
)

// files makes n shards of 40 rows; the sources are a for even rows and b for odd ones.
func files(n int) map[string]string {
	made := map[string]string{}
	for i := range n {
		name := fmt.Sprintf("train-%02d.jsonl", i)
		var text strings.Builder
		for row := range 40 {
			fmt.Fprintf(&text, `{"id":"%s/%d", "messages":[], "n":9007199254740993,"dataset_source":"%c"}`+"\n", name, row, 'a'+row%2)
		}
		made[name] = text.String()
	}
	return made
}

func config(shards, rows int, seed int64) string {
	return fmt.Sprintf(`{"from":"data/*.jsonl","split":"train","shards":%d,"rowsPerShard":%d,"seed":%d}`, shards, rows, seed)
}

func run(t *testing.T, shards, rows int, seed int64) steptest.Dataset {
	t.Helper()
	return steptest.Run(t, sample.Kind(), steptest.Case{Config: config(shards, rows, seed), Shards: files(12)})
}

func labels(d steptest.Dataset) []string {
	names := make([]string, len(d.Actions))
	for i, a := range d.Actions {
		names[i] = a.Label
	}
	return names
}

// What was sampled once must be sampled for ever: everything after it was made, and paid for, from these rows. The
// numbers were computed with Python's hashlib.
var (
	goldenShards = []string{"train-00.jsonl", "train-05.jsonl", "train-11.jsonl"}
	goldenRows   = []int{2, 3, 27, 31, 19, 21, 34, 39, 17, 20, 23, 29}
)

func TestSampleNeverChanges(t *testing.T) {
	made := run(t, 3, 4, 42)
	if got := labels(made); !slices.Equal(got, goldenShards) {
		t.Errorf("shards %q, want %q", got, goldenShards)
	}
	var rows []int
	for _, r := range made.Rows {
		rows = append(rows, r.From.Row)
	}
	if !slices.Equal(rows, goldenRows) {
		t.Errorf("rows %v, want %v", rows, goldenRows)
	}
}

func TestRowsComeOutAsTheyAre(t *testing.T) {
	made := run(t, 2, 5, 7)
	for i, each := range made.Each {
		lines := strings.Split(files(12)[made.Actions[i].Label], "\n")
		last := -1
		for _, r := range each.Rows {
			if r.Bytes != lines[r.From.Row] {
				t.Errorf("row %d is %s, want %s", r.From.Row, r.Bytes, lines[r.From.Row])
			}
			if r.From.Row <= last {
				t.Errorf("row %d after row %d: not in the order of the file", r.From.Row, last)
			}
			last = r.From.Row
		}
	}
}

func TestMoreOnlyAddsRows(t *testing.T) {
	for seed := range int64(5) {
		for n := 1; n < 8; n += 3 {
			base := run(t, n, 5*n, seed).Texts()
			adds(t, base, run(t, n+1, 5*n, seed).Texts())
			adds(t, base, run(t, n, 5*n+5, seed).Texts())
		}
	}
}

func adds(t *testing.T, base, more []string) {
	t.Helper()
	if len(more) <= len(base) && len(base) < 12*40 {
		t.Errorf("%d rows, then %d: nothing added", len(base), len(more))
	}
	for _, row := range base {
		if !slices.Contains(more, row) {
			t.Fatalf("row %s is gone when more are asked for", row)
		}
	}
}

// Each of the 12 shards and each of the 40 rows must come equally often. As samples are drawn without replacement,
// chi-square is divided by the share that is not drawn.
func TestSampleIsUniform(t *testing.T) {
	const seeds, shards, rows = 600, 3, 8
	byShard, byRow := map[string]int{}, map[string]int{}
	for seed := range int64(seeds) {
		made, err := steptest.Execute(context.Background(), sample.Kind(), steptest.Case{Config: config(shards, rows, seed), Shards: files(12)})
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range labels(made) {
			byShard[name]++
		}
		for _, r := range made.Rows {
			byRow[fmt.Sprint(r.From.Row)]++
		}
	}
	if c := chiSquare(byShard, 12, seeds*shards) / (1 - 3.0/12) * 11 / 12; c > 31.3 { // 99.9 % at 11 degrees of freedom
		t.Errorf("chi-square of shards %.1f: %v", c, byShard)
	}
	if c := chiSquare(byRow, 40, seeds*shards*rows) / (1 - 8.0/40) * 39 / 40; c > 72.1 { // 99.9 % at 39
		t.Errorf("chi-square of rows %.1f: %v", c, byRow)
	}
}

func chiSquare(counts map[string]int, cells, total int) (sum float64) {
	expected := float64(total) / float64(cells)
	for _, n := range counts {
		sum += (float64(n) - expected) * (float64(n) - expected) / expected
	}
	return sum + float64(cells-len(counts))*expected
}

func TestActionDoesNotDependOnTheNumberOfShards(t *testing.T) {
	few, many := run(t, 2, 5, 42).Actions, run(t, 9, 5, 42).Actions
	for _, a := range few {
		same := func(b steps.Action) bool {
			return string(b.Config) == string(a.Config) && slices.Equal(b.Shards, a.Shards)
		}
		if !slices.ContainsFunc(many, same) {
			t.Errorf("action %s is another one when more shards are asked for", a.Label)
		}
	}
}

func TestMetaTellsWhereRowsCameFrom(t *testing.T) {
	made := run(t, 12, 1, 42)
	want := `{"shard_index":3,"shard_file":"train-03.jsonl","seed":42}`
	if got := string(made.Actions[3].Meta); got != want {
		t.Errorf("meta %s, want %s", got, want)
	}
}

func TestSmallAndEmptyShardsGiveAllTheyHave(t *testing.T) {
	made := steptest.Run(t, sample.Kind(), steptest.Case{
		Config: config(5, 10, 1),
		Shards: map[string]string{"a.jsonl": "", "b.jsonl": `{"messages":[]}` + "\n" + `{"messages":[]}`},
	})
	if len(made.Rows) != 2 {
		t.Errorf("%d rows, want 2", len(made.Rows))
	}
}

func TestPatternsThatOverlapNameAShardOnce(t *testing.T) {
	both := strings.Replace(config(50, 1, 1), `"data/*.jsonl"`, `["data/*.jsonl","data/train-*"]`, 1)
	made := steptest.Run(t, sample.Kind(), steptest.Case{Config: both, Shards: files(12)})
	if len(made.Actions) != 12 {
		t.Errorf("%d shards, want 12", len(made.Actions))
	}
}

func TestFigures(t *testing.T) {
	made := steptest.Run(t, sample.Kind(), steptest.Case{Config: config(1, 10, 1), Shards: map[string]string{"a.jsonl": `
		{"id":"1","messages":[],"dataset_source":"x"}
		{"id":"1","messages":[],"dataset_source":"x"}
		{"id":"2","messages":[]}
		{"messages":[],"dataset_source":null}`}})
	want := map[string]map[string]int{
		"rows by source": {"x": 2, "unknown": 2},
		"ids":            {"missing": 1, "repeated within a shard": 1},
	}
	if !maps.EqualFunc(made.Figures, want, maps.Equal) {
		t.Errorf("figures %v, want %v", made.Figures, want)
	}
}

func TestMistakesInTheConfig(t *testing.T) {
	for change, want := range map[string]string{
		`"from":[]`:         `from: no files`,
		`"shards":0`:        `shards: 0 shards would give no rows`,
		`"rowsPerShard":-1`: `rowsPerShard: -1 rows`,
	} {
		key, value, _ := strings.Cut(change, ":")
		var fields map[string]json.RawMessage
		if err := json.Unmarshal([]byte(config(1, 1, 1)), &fields); err != nil {
			t.Fatal(err)
		}
		fields[strings.Trim(key, `"`)] = json.RawMessage(value)
		_, err := sample.Kind().New(steps.Encode(fields))
		var field *steps.FieldError
		if !errors.As(err, &field) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: error %v, want %s", change, err, want)
		}
	}
}
