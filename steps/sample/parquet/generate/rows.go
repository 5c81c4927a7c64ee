package main

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"

	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/sample/shards"
)

// readRows returns the rows of all shards in a folder. They are held in memory.
func readRows(ctx context.Context, folder string) (rows [][]byte, err error) {
	paths, err := filepath.Glob(filepath.Join(folder, "*.*"))
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if rows, err = appendRows(ctx, rows, path); err != nil {
			return nil, err
		}
	}
	if len(rows) == 0 {
		return nil, fmt.Errorf("%s holds no rows", folder)
	}
	return rows, nil
}

// onDisk is a steps.Reader of a file.
type onDisk struct {
	*os.File
	size int64
}

func (f onDisk) Size() int64 { return f.size }

func appendRows(ctx context.Context, rows [][]byte, path string) ([][]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil || !info.Mode().IsRegular() || filepath.Ext(path) == ".md" {
		return rows, err
	}
	shard, err := shards.Open(onDisk{file, info.Size()}, path)
	if err != nil {
		return nil, err
	}
	n, err := shard.Rows(ctx)
	if err != nil {
		return nil, err
	}
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	_, err = shard.Read(ctx, all, func(_ int, line []byte) error {
		rows = append(rows, bytes.Clone(line))
		return nil
	})
	return rows, err
}

// multiply returns a source of rows without end: all of them, shuffled, then all again in another order. The id of a
// row gets the number of the copy.
func multiply(rows [][]byte, seed uint64) func() []byte {
	var order []int
	copies := uint64(0)
	return func() []byte {
		if len(order) == 0 {
			order = rand.New(rand.NewPCG(seed, copies)).Perm(len(rows))
			copies++
		}
		row := rows[order[0]]
		order = order[1:]
		id, _ := jsonl.String(row, "id")
		return jsonl.Set(row, "id", jsonl.AppendString(nil, fmt.Sprintf("%s-%d", id, copies)))
	}
}
