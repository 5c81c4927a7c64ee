package hub_test

import (
	"os"
	"path/filepath"
	"slices"
	"testing"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/steps"
	"sftrun.local/steps/sample/shards"
)

// onDisk is a file of this machine.
type onDisk struct {
	*os.File
	size int64
}

func (f onDisk) Size() int64 { return f.size }

func rowsOf(t *testing.T, r steps.Reader, name string) (rows []string) {
	t.Helper()
	shard, err := shards.Open(r, name)
	if err != nil {
		t.Fatal(err)
	}
	n, err := shard.Rows(t.Context())
	if err != nil || n == 0 {
		t.Fatal(name, n, err)
	}
	chosen := make([]int, 0, n)
	for i := 0; i < n; i += 3 {
		chosen = append(chosen, i)
	}
	if _, err := shard.Read(t.Context(), chosen, func(_ int, line []byte) error {
		rows = append(rows, string(line))
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return rows
}

func TestRowsOfTheHubAreThoseOfTheSameFilesOnDisk(t *testing.T) {
	paths, err := filepath.Glob("../../../examples/quickstart/data/train-*")
	if err != nil || len(paths) != 4 {
		t.Fatalf("shards %v, %v; want four", paths, err)
	}
	files := map[string]string{}
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		files["o/n/data/"+filepath.Base(path)] = string(data)
	}
	w := newWorld(t, files, hubtest.Options{Seed: 11, Rate: 0.2})
	c := w.client(small())
	found, err := list(t.Context(), c, "hf://o/n/data/*", "", "")
	if err != nil || len(found) != 4 {
		t.Fatal(found, err)
	}
	for i, s := range found {
		local, err := os.Open(paths[i])
		if err != nil {
			t.Fatal(err)
		}
		defer local.Close()
		if got, want := rowsOf(t, open(t, c, s), s.Place), rowsOf(t, onDisk{local, s.Size}, s.Name); !slices.Equal(got, want) {
			t.Errorf("%s: %d rows of the Hub are not the %d on disk", s.Name, len(got), len(want))
		}
	}
}

func BenchmarkReadingInOrder(b *testing.B) {
	dir := b.TempDir()
	path := filepath.Join(dir, file)
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		b.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(noise(1, 64<<20)), 0o666); err != nil {
		b.Fatal(err)
	}
	h, err := hubtest.Start(hubtest.Options{Dir: dir})
	if err != nil {
		b.Fatal(err)
	}
	defer h.Close()
	c, err := hub.New(hub.Options{Endpoint: h.URL()})
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close()
	found, err := list(b.Context(), c, "hf://o/n", "", "")
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(64 << 20)
	for b.Loop() {
		r, err := c.Open(b.Context(), found[0].Place, found[0].Size, found[0].Digest)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := all(r); err != nil {
			b.Fatal(err)
		}
		r.Close()
	}
}
