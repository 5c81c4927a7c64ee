package parquet_test

import (
	"bytes"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Any byte may be wrong. Then there is an error, or there are other rows if no checksum tells; but never a panic, a
// hang, which would outlast the time that go test allows, or memory without bound. The bound is wide as parquet-go
// believes the runs of levels, which no size ahead of them tells.
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

func damagedFiles(t *testing.T) []string {
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
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	_, _, err := read(wrong, nil)
	runtime.ReadMemStats(&after)
	if mb := (after.TotalAlloc - before.TotalAlloc) >> 20; mb > 512 {
		t.Errorf("%s: byte %d ^ %#x: asked for %d MB (%v)", name, at, mask, mb, err)
	}
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
