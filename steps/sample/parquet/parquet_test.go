package parquet_test

import (
	"bytes"
	"context"
	"testing"

	"sftrun.local/steps/sample/parquet"
)

// numbers returns 0 to n-1.
func numbers(n int) []int {
	list := make([]int, n)
	for i := range list {
		list[i] = i
	}
	return list
}

// read returns the chosen rows of a file, or all if chosen is nil.
func read(data []byte, chosen []int) (lines []string, flaws parquet.Flaws, err error) {
	f, err := parquet.Open(bytes.NewReader(data), int64(len(data)), "x.parquet")
	if err != nil {
		return nil, flaws, err
	}
	if chosen == nil {
		chosen = numbers(f.Rows())
	}
	flaws, err = f.Read(context.Background(), chosen, func(_ int, line []byte) error {
		lines = append(lines, string(line))
		return nil
	})
	return lines, flaws, err
}

func readAll(t *testing.T, data []byte) []string {
	t.Helper()
	lines, _, err := read(data, nil)
	if err != nil {
		t.Fatal(err)
	}
	return lines
}
