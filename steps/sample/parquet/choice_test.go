package parquet_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"sftrun.local/steps/sample/parquet"
)

// conversation is a row as datasets on the Hub have them.
type conversation struct {
	ID       string `parquet:"id,optional,plain"`
	Messages []struct {
		Role    string `parquet:"role,optional,dict"`
		Content string `parquet:"content,optional,plain"`
	} `parquet:"messages,optional,list"`
	Source string `parquet:"dataset_source,optional,dict"`
}

// conversations makes a file of n rows of some KB that do not pack well, in three row groups and small pages.
func conversations(t testing.TB, n int) []byte {
	t.Helper()
	var b bytes.Buffer
	w := pq.NewGenericWriter[conversation](&b, pq.PageBufferSize(16<<10), pq.Compression(&pq.Snappy))
	dice := rand.New(rand.NewPCG(1, 2))
	for i := range n {
		c := conversation{ID: fmt.Sprint("row-", i), Source: fmt.Sprint("source-", i%5)}
		for m := range 1 + i%3 {
			var text strings.Builder
			for range 60 {
				fmt.Fprintf(&text, "%d思 ", dice.Uint64())
			}
			c.Messages = append(c.Messages, struct {
				Role    string `parquet:"role,optional,dict"`
				Content string `parquet:"content,optional,plain"`
			}{[]string{"user", "assistant"}[m%2], text.String()})
		}
		if _, err := w.Write([]conversation{c}); err != nil {
			t.Fatal(err)
		}
		if i%(1+n/3) == n/3 {
			if err := w.Flush(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// withoutIndex takes the page index away.
func withoutIndex(t *testing.T, data []byte) []byte {
	return refooted(t, data, func(m *format.FileMetaData) {
		for _, g := range m.RowGroups {
			for i := range g.Columns {
				g.Columns[i].OffsetIndexOffset, g.Columns[i].OffsetIndexLength = 0, 0
			}
		}
	})
}

func TestChosenRowsAreThoseOfTheWholeFile(t *testing.T) {
	data := conversations(t, 300)
	for name, data := range map[string][]byte{"with page index": data, "without": withoutIndex(t, data)} {
		all := readAll(t, data)
		dice := rand.New(rand.NewPCG(3, 4))
		for try := range 60 {
			var chosen []int
			for i := range all {
				if dice.IntN(1+try*try/10) == 0 {
					chosen = append(chosen, i)
				}
			}
			some, _, err := read(data, append([]int{}, chosen...))
			if err != nil || len(some) != len(chosen) {
				t.Fatalf("%s: %d of %d rows, %v", name, len(some), len(chosen), err)
			}
			for i, row := range some {
				if row != all[chosen[i]] {
					t.Fatalf("%s: row %d of %v is another one than in the whole file", name, chosen[i], chosen)
				}
			}
		}
	}
}

// counted counts the bytes and the reads of a file.
type counted struct {
	io.ReaderAt
	bytes, reads int
}

func (c *counted) ReadAt(p []byte, off int64) (int, error) {
	c.bytes, c.reads = c.bytes+len(p), c.reads+1
	return c.ReaderAt.ReadAt(p, off)
}

// A small sample costs the pages that hold its rows, each in one read. Without a page index it costs the row groups.
func TestFewRowsCostFewBytes(t *testing.T) {
	data := conversations(t, 3000)
	for _, c := range []struct {
		data   []byte
		chosen []int
		most   float64 // share of the file
		reads  int
	}{
		{data, []int{}, 0.01, 1},
		{data, []int{1500}, 0.02, 1 + 10},
		{data, []int{10, 700, 1500, 2200, 2999}, 0.05, 1 + 3*10 + 2*4},
		{withoutIndex(t, data), []int{1500}, 0.34, 1 << 20},
	} {
		r := &counted{ReaderAt: bytes.NewReader(c.data)}
		f, err := parquet.Open(r, int64(len(c.data)), "x.parquet")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Read(context.Background(), c.chosen, func(int, []byte) error { return nil }); err != nil {
			t.Fatal(err)
		}
		if share := float64(r.bytes) / float64(len(c.data)); share > c.most || r.reads > c.reads {
			t.Errorf("rows %v: %.1f %% of %d bytes in %d reads; want %.0f %% in %d", c.chosen, 100*share, len(c.data), r.reads, 100*c.most, c.reads)
		}
	}
}
