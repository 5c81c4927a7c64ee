package parquet_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

func file(t testing.TB, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("testdata", name))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

func textLines(t *testing.T, name string) []string {
	t.Helper()
	return strings.Split(strings.TrimSuffix(string(file(t, name)), "\n"), "\n")
}

func nestedFiles(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob("testdata/nested-*.parquet")
	if err != nil || len(files) != 12 {
		t.Fatalf("found %v, %v; want six codecs in two page versions", files, err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

func TestNestedRowsInAllCodecsAndPageVersions(t *testing.T) {
	want := textLines(t, "nested.jsonl")
	for _, name := range nestedFiles(t) {
		t.Run(name, func(t *testing.T) { same(t, readAll(t, file(t, name)), want) })
	}
}

func TestAllEncodings(t *testing.T) {
	want := textLines(t, "encodings.jsonl")
	for version := 1; version <= 2; version++ {
		same(t, readAll(t, file(t, fmt.Sprintf("encodings-v%d.parquet", version))), want)
	}
}

func same(t *testing.T, got, want []string) {
	t.Helper()
	if len(got) != len(want) {
		t.Fatalf("%d rows, want %d", len(got), len(want))
	}
	for i := range got {
		if got[i] != want[i] {
			t.Fatalf("row %d is\n%s\nwant\n%s", i, got[i], want[i])
		}
	}
}

func TestChosenRowsAreTheSameAsAmongAllRows(t *testing.T) {
	all := textLines(t, "nested.jsonl")
	for _, name := range nestedFiles(t) {
		data := file(t, name)
		for try := range 40 {
			chosen := rand.Perm(len(all))[:1+try*try/20]
			slices.Sort(chosen)
			got, _, err := read(data, chosen)
			if err != nil {
				t.Fatalf("%s: rows %v: %v", name, chosen, err)
			}
			want := make([]string, len(chosen))
			for i, row := range chosen {
				want[i] = all[row]
			}
			same(t, got, want)
		}
	}
}
