package shards

import (
	"context"

	"sftrun.local/steps"
	"sftrun.local/steps/sample/parquet"
)

// Flaws counts the rows that JSON could not hold as they are. Rows of JSON lines have none.
type Flaws = parquet.Flaws

// A Shard is a file of rows. It may be used by one goroutine at a time.
type Shard interface {
	// Rows counts the rows. JSON lines are read to the end for it, and all of them are checked: each must be a JSON object
	// with a list "messages". So whether a shard is refused does not depend on which of its rows are chosen.
	Rows(ctx context.Context) (int, error)

	// Read calls emit for each chosen row, in the order of the file, with its number and its bytes: one JSON object on
	// one line, valid during the call. Chosen holds numbers from 0 to Rows-1, ascending. Parquet may
	// have null for a list "messages". An error of emit is returned as it is.
	Read(ctx context.Context, chosen []int, emit func(row int, line []byte) error) (Flaws, error)
}

// Open recognises the format of the shard in r. Name is its file name, which must agree with the content if it ends in
// .parquet, .jsonl, .ndjson or .json, or one of the latter with .gz or .zst.
func Open(r steps.Reader, name string) (Shard, error) {
	f, err := recognise(r, name)
	if err != nil {
		return nil, err
	}
	if f != parquetFormat {
		return &lines{r: r, name: name, format: f}, nil
	}
	file, err := parquet.Open(r, r.Size(), name)
	if err != nil {
		return nil, err
	}
	if err := file.RequireMessages(); err != nil {
		return nil, err
	}
	return table{file}, nil
}

// Counted tells whether a shard, by its name, says itself how many rows it has, so that Rows need not read them.
func Counted(name string) bool { return byName(name) == parquetFormat }

// table is a shard of Parquet.
type table struct{ *parquet.File }

func (t table) Rows(ctx context.Context) (int, error) { return t.File.Rows(), ctx.Err() }
