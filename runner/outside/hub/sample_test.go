package hub_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/steps/sample/shards"
)

// realShard names a shard, if there is one, to measure with: one of 250 MB takes long to make.
const realShard = "SFTRUN_TEST_SHARD"

// Of a shard with a page index, a small sample reads the pages that hold its rows and little else.
func TestASmallSampleReadsASmallPartOfAShard(t *testing.T) {
	path, sizes := os.Getenv(realShard), []int{1, 10, 100, 1000, 3000}
	if path == "" {
		path, sizes = filepath.Join(t.TempDir(), "train.parquet"), []int{1, 8}
		if err := os.WriteFile(path, table(t, 4000), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	for _, rows := range sizes {
		share := sampleOf(t, path, rows)
		if share > 0.1 && rows <= 100 {
			t.Errorf("%d rows cost %.1f %% of the shard; want less than a tenth", rows, 100*share)
		}
	}
}

// sampleOf reads so many rows of a shard through the Hub, and returns which share of its bytes that took.
func sampleOf(t *testing.T, path string, rows int) float64 {
	t.Helper()
	w := newWorld(t, map[string]string{"o/n/.keep": ""}, hubtest.Options{})
	if err := os.Symlink(path, filepath.Join(w.dir, file)); err != nil {
		t.Fatal(err)
	}
	c := w.client(hub.Options{})
	s := one(t, c, "hf://o/n/*.parquet")
	shard, err := shards.Open(open(t, c, s), s.Name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := shard.Rows(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	chosen := rand.New(rand.NewPCG(1, 1)).Perm(n)[:rows]
	slices.Sort(chosen)
	if _, err := shard.Read(t.Context(), chosen, func(int, []byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	count := w.hub.Count(file)
	if c.Received() > count.Bytes {
		t.Errorf("%d bytes received, %d sent", c.Received(), count.Bytes)
	}
	t.Logf("%d of %d rows: %d MB of %d received, %d MB sent, in %d requests", rows, n, c.Received()>>20, s.Size>>20, count.Bytes>>20, count.Requests)
	return float64(count.Bytes) / float64(s.Size)
}

// table is a shard of rows whose texts do not pack well.
func table(t *testing.T, rows int) []byte {
	t.Helper()
	type message struct {
		Role    string `parquet:"role,optional,dict"`
		Content string `parquet:"content,optional,plain"`
	}
	type row struct {
		ID       string    `parquet:"id"`
		Messages []message `parquet:"messages,list"`
	}
	var b bytes.Buffer
	w := pq.NewGenericWriter[row](&b, pq.PageBufferSize(64<<10), pq.MaxRowsPerRowGroup(int64(rows/2)))
	dice := rand.NewChaCha8([32]byte{})
	for i := range rows {
		var text strings.Builder
		io.CopyN(&text, dice, 5000)
		if _, err := w.Write([]row{{fmt.Sprint(i), []message{{"assistant", text.String()}}}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
