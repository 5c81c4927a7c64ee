package parquet_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"testing"

	pq "github.com/parquet-go/parquet-go"

	"sftrun.local/steps/sample/parquet"
)

// traceFiles returns the real traces, or skips the test where they are not at hand.
func traceFiles(t testing.TB) []string {
	t.Helper()
	files, err := filepath.Glob("../../../../shared/data/traces/data/*.parquet")
	if err != nil || len(files) == 0 {
		t.Skip("no traces here")
	}
	return files
}

// trace is a row of the traces as parquet-go's own reader gives it.
type trace struct {
	ID            *string   `parquet:"id,optional" json:"id"`
	Messages      []message `parquet:"messages,optional,list" json:"messages"`
	DatasetSource *string   `parquet:"dataset_source,optional" json:"dataset_source"`
}

type message struct {
	Role    *string `parquet:"role,optional" json:"role"`
	Content *string `parquet:"content,optional" json:"content"`
}

func TestTracesEqualAnIndependentReading(t *testing.T) {
	rows := 0
	for _, path := range traceFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		want := readTyped(t, data)
		lines := readAll(t, data)
		if len(lines) != len(want) {
			t.Fatalf("%s: %d rows, want %d", path, len(lines), len(want))
		}
		for i, line := range lines {
			if line != want[i] {
				t.Fatalf("%s: row %d is\n%s\nwant\n%s", path, i, line, want[i])
			}
		}
		rows += len(lines)
	}
	if rows != 11_313 {
		t.Errorf("%d rows in all, want 11,313", rows)
	}
}

// readTyped reads rows into Go structs with parquet-go and writes them with encoding/json.
func readTyped(t *testing.T, data []byte) []string {
	t.Helper()
	r := pq.NewGenericReader[trace](bytes.NewReader(data))
	defer r.Close()
	rows := make([]trace, r.NumRows())
	if n, err := r.Read(rows); n < len(rows) {
		t.Fatalf("read %d of %d rows: %v", n, len(rows), err)
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false)
	lines := make([]string, len(rows))
	for i, row := range rows {
		text.Reset()
		if err := enc.Encode(row); err != nil {
			t.Fatal(err)
		}
		lines[i] = string(bytes.TrimSuffix(text.Bytes(), []byte("\n")))
	}
	return lines
}

func BenchmarkTraces(b *testing.B) {
	var files [][]byte
	for _, path := range traceFiles(b)[:2] {
		data, err := os.ReadFile(path)
		if err != nil {
			b.Fatal(err)
		}
		files = append(files, data)
	}
	for i, codec := range []string{"snappy", "zstd"} {
		b.Run(codec, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				b.SetBytes(readSize(b, files[i]))
			}
		})
	}
}

// readSize reads all rows and returns their bytes.
func readSize(b *testing.B, data []byte) (size int64) {
	f, err := parquet.Open(bytes.NewReader(data), int64(len(data)), "traces")
	if err != nil {
		b.Fatal(err)
	}
	_, err = f.Read(context.Background(), numbers(f.Rows()), func(_ int, line []byte) error {
		n, err := io.Discard.Write(line)
		size += int64(n)
		return err
	})
	if err != nil {
		b.Fatal(err)
	}
	return size
}
