package offline

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"
)

var thinkBlock = regexp.MustCompile(`(?is)<think>(.*?)</think>`)

type chat struct {
	ID       string `parquet:"id,optional"`
	Messages []struct {
		Role    string `parquet:"role,optional"`
		Content string `parquet:"content,optional"`
	} `parquet:"messages,list"`
}

// TestRealTraces holds every think block of the real traces to the strict format, keeps every word, and asks that an
// outline says something new in nearly every line. With -short, one shard of twelve is read.
func TestRealTraces(t *testing.T) {
	shards, err := filepath.Glob("../../../../shared/data/traces/data/*.parquet")
	if err != nil {
		t.Fatal(err)
	}
	if len(shards) == 0 {
		t.Skip("no real traces")
	}
	if testing.Short() {
		shards = shards[:1]
	}
	var m measures
	for _, shard := range shards {
		eachTrace(t, shard, func(id, trace string) {
			if p := problem(trace); p != "" {
				t.Errorf("%s: %s", id, p)
			}
			m.add(trace)
		})
	}
	m.judge(t)
}

func eachTrace(t *testing.T, shard string, do func(id, trace string)) {
	t.Helper()
	rows, err := parquet.ReadFile[chat](shard)
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range rows {
		last := row.Messages[len(row.Messages)-1]
		for _, block := range thinkBlock.FindAllStringSubmatch(last.Content, -1) {
			do(row.ID, block[1])
		}
	}
}

// measures describe many outlines.
type measures struct {
	distinct []float64 // share of distinct steers, of traces with several moves
	words    []int     // of each move
	bare     int       // steers of one word
}

func (m *measures) add(trace string) {
	pairs, err := parse(Rewrite(trace))
	if err != nil {
		return
	}
	said := map[string]bool{}
	for _, p := range pairs {
		said[p.steer] = true
		m.words = append(m.words, len(strings.Fields(p.exec)))
		if tongueOf(p.steer) == nil && !strings.Contains(p.steer, " ") {
			m.bare++
		}
	}
	if len(pairs) > 3 {
		m.distinct = append(m.distinct, float64(len(said))/float64(len(pairs)))
	}
}

func (m *measures) judge(t *testing.T) {
	slices.Sort(m.distinct)
	slices.Sort(m.words)
	moves, bare := len(m.words), float64(m.bare)/float64(len(m.words))
	t.Logf("%d moves; words a move: median %d, 10%% under %d, 10%% over %d; "+
		"distinct steers of a trace: median %.3f, lowest tenth %.3f; one-word steers %.4f",
		moves, m.words[moves/2], m.words[moves/10], m.words[moves*9/10],
		m.distinct[len(m.distinct)/2], m.distinct[len(m.distinct)/10], bare)
	if median := m.distinct[len(m.distinct)/2]; median < 0.95 {
		t.Errorf("half of the outlines repeat themselves: median share of distinct steers %.2f", median)
	}
	if m.words[moves/10] < 20 || m.words[moves*9/10] > 150 {
		t.Error("moves are out of size")
	}
	if bare > 0.01 {
		t.Errorf("%.1f%% of the steers are one word", 100*bare)
	}
}
