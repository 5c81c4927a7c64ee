package parquet

import (
	"context"
	"fmt"
	"io"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// A File is an open Parquet file. It may be used by one goroutine at a time.
type File struct {
	source source
	size   int64
	name   string
	file   *pq.File
	meta   *format.FileMetaData
	root   *value
	cols   []*leaf

	unpacker unpacker
}

// Flaws counts the rows that JSON could not hold as they are.
type Flaws struct {
	BadText   int // rows with text that is not UTF-8
	NotNumber int // rows with NaN or an infinity
}

// Open reads the footer of the file in r, which has size bytes. Name is what errors call the file.
func Open(r io.ReaderAt, size int64, name string) (*File, error) {
	f := &File{source: source{r: r}, size: size, name: name}
	if err := f.open(); err != nil {
		return nil, fmt.Errorf("%s: %w", name, f.source.blame(err))
	}
	return f, nil
}

func (f *File) open() (err error) {
	defer catch(&err)
	if f.meta, err = readFooter(&f.source, f.size); err != nil {
		return err
	}
	if f.root, f.cols, err = readSchema(f.meta.Schema); err != nil {
		return err
	}
	if err := f.check(); err != nil {
		return err
	}
	return f.openColumns()
}

// Rows returns how many rows the file has.
func (f *File) Rows() int { return int(f.meta.NumRows) }

// Read calls emit for each chosen row, in the order of the file, with the row's number and its bytes, which are
// reused for the next row. Chosen holds numbers of rows, ascending. An error of emit or of ctx ends reading and is
// returned as it is; other errors name the file.
func (f *File) Read(ctx context.Context, chosen []int, emit func(row int, line []byte) error) (Flaws, error) {
	a := &assembler{ctx: ctx, emit: emit}
	err := f.read(a, chosen)
	if err != nil && a.stopped == nil {
		err = fmt.Errorf("%s: %w", f.name, f.source.blame(err))
	}
	return a.flaws, err
}

func (f *File) read(a *assembler, chosen []int) (err error) {
	defer catch(&err)
	first := 0
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		var here []int
		here, chosen = split(chosen, first+int(g.NumRows))
		if err := f.readGroup(a, i, here, first); err != nil {
			return err
		}
		first += int(g.NumRows)
	}
	return nil
}

// split cuts numbers, ascending, before the first one that is not below end.
func split(numbers []int, end int) (below, rest []int) {
	i := 0
	for i < len(numbers) && numbers[i] < end {
		i++
	}
	return numbers[:i], numbers[i:]
}

// readGroup reads the chosen rows of row group i, whose first row has number first.
func (f *File) readGroup(a *assembler, i int, chosen []int, first int) error {
	if len(chosen) == 0 {
		return nil
	}
	a.cols = make([]*column, len(f.cols))
	for j, chunk := range f.file.RowGroups()[i].ColumnChunks() {
		a.cols[j] = newColumn(f, f.cols[j], chunk.(*pq.FileColumnChunk), &f.meta.RowGroups[i])
		defer a.cols[j].close()
	}
	for _, row := range chosen {
		if err := a.row(f.root, row, row-first); err != nil {
			return err
		}
	}
	return nil
}

// catch turns a panic into an error: decoding damaged bytes may go wrong in more ways than can be foreseen.
func catch(err *error) {
	if p := recover(); p != nil {
		*err = damaged("%v", p)
	}
}

func damaged(format string, args ...any) error {
	return fmt.Errorf("the Parquet file is damaged: %w; fetch or write it again", fmt.Errorf(format, args...))
}
