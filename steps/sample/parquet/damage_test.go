package parquet_test

import (
	"bytes"
	"encoding/json"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"sftrun.local/steps/sample/parquet"
)

// Any byte may be wrong. Then there is an error, or there are other rows if no checksum tells; but never a panic, a
// hang, which would outlast the time that go test allows, or memory that the file does not justify.
func TestFlippedBytes(t *testing.T) {
	for _, name := range damagedFiles(t) {
		data := file(t, name)
		for at := 0; at < len(data); at += 1 + len(data)/60 {
			for _, mask := range []byte{0x01, 0x80, 0xff} {
				flip(t, name, data, at, mask)
			}
		}
	}
}

// mostAsked is how many MB reading a small file may ask for over time, damaged or not.
const mostAsked = 64

func damagedFiles(t testing.TB) []string {
	t.Helper()
	paths, err := filepath.Glob("testdata/*.parquet")
	if err != nil || len(paths) == 0 {
		t.Fatal("no files", err)
	}
	names := make([]string, len(paths))
	for i, path := range paths {
		names[i] = filepath.Base(path)
	}
	return names
}

func flip(t *testing.T, name string, data []byte, at int, mask byte) {
	t.Helper()
	wrong := bytes.Clone(data)
	wrong[at] ^= mask
	before := asked()
	_, _, err := read(wrong, nil)
	if mb := (asked() - before) >> 20; mb > mostAsked {
		t.Errorf("%s: byte %d ^ %#x: asked for %d MB (%v)", name, at, mask, mb, err)
	}
}

// What a file of a few bytes may claim at worst: pages full of values that take no bytes, and prefixes of prefixes.
func TestRunsAndLengthsClaimNoMoreThanTheirPage(t *testing.T) {
	data := file(t, "encodings-v1.parquet")
	for at, want := range map[int]string{
		2576: "column split: page at 2567: levels: a run claims 318758705092 values, the page 200",
		5019: "column prefixes: page at 5005: it ends inside a run",
	} {
		wrong := bytes.Clone(data)
		wrong[at] ^= 0x80
		if _, _, err := read(wrong, nil); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("byte %d: error %v, want %s", at, err, want)
		}
	}
}

// FuzzRead holds reading to the same, for any bytes, and to rows that are JSON and the same whichever are chosen.
func FuzzRead(f *testing.F) {
	for _, name := range damagedFiles(f) {
		f.Add(file(f, name))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		before := asked()
		all, _, err := readStart(data)
		if mb := (asked() - before) >> 20; mb > 256 {
			t.Errorf("asked for %d MB (%v)", mb, err)
		}
		for i, row := range all {
			if !json.Valid([]byte(row)) {
				t.Fatalf("row %d is %s", i, row)
			}
		}
		if err != nil || len(all) == 0 {
			return
		}
		last := len(all) - 1
		if some, _, err := read(data, []int{0, last}); err == nil && (len(some) != 2 || some[0] != all[0]) {
			t.Errorf("rows 0 and %d alone are %q; row 0 was %s", last, some, all[0]) // only the page index can mislead, behind row 0
		}
	})
}

// readStart returns the first rows of a file: a few bytes may claim any number of nulls.
func readStart(data []byte) ([]string, parquet.Flaws, error) {
	f, err := parquet.Open(bytes.NewReader(data), int64(len(data)), "x.parquet")
	if err != nil {
		return nil, parquet.Flaws{}, err
	}
	return read(data, numbers(min(f.Rows(), 500)))
}

// asked returns the bytes of memory asked for since the start.
func asked() uint64 {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return stats.TotalAlloc
}

func TestCutFilesAreRefused(t *testing.T) {
	data := file(t, "nested-zstd-v1.parquet")
	for size := 0; size < len(data); size += 1 + size/20 {
		_, _, err := read(data[:size], nil)
		if err == nil || !strings.Contains(err.Error(), "x.parquet: the Parquet file is damaged") {
			t.Errorf("cut at %d of %d bytes: %v", size, len(data), err)
		}
	}
}
