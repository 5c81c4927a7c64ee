package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

const (
	magic     = "PAR1"
	encrypted = "PARE"
)

// firstTail is how many bytes at the end of a file are read in one go. Nearly all footers fit in, and in front of them
// what says where pages lie.
const firstTail = 64 << 10

// readFooter reads the metadata at the end of the file: the metadata itself, its size in 4 bytes, and the magic.
func readFooter(r io.ReaderAt, size int64) (*format.FileMetaData, error) {
	if size < 12 {
		return nil, damaged("it has %d bytes", size)
	}
	tail, err := readAt(r, size-min(size, firstTail), int(min(size, firstTail)))
	if err != nil {
		return nil, err
	}
	switch end := string(tail[len(tail)-4:]); end {
	case magic:
	case encrypted:
		return nil, errors.New("the Parquet file is encrypted, which is not supported; decrypt it first")
	default:
		return nil, damaged("it ends with %q, not with %q, so it is cut off or no Parquet file", end, magic)
	}
	length := int64(binary.LittleEndian.Uint32(tail[len(tail)-8:]))
	if length > size-12 {
		return nil, damaged("the footer claims %d bytes of %d", length, size)
	}
	if length+8 > int64(len(tail)) {
		if tail, err = readAt(r, size-8-length, int(length)+8); err != nil {
			return nil, err
		}
	}
	footer := tail[int64(len(tail))-8-length : len(tail)-8]
	meta := new(format.FileMetaData)
	if _, err := decodeThrift(footer, meta); err != nil {
		return nil, damaged("footer: %w", err)
	}
	return meta, nil
}

func readAt(r io.ReaderAt, off int64, n int) ([]byte, error) {
	buf := make([]byte, n)
	if got, err := r.ReadAt(buf, off); got < n {
		return nil, fmt.Errorf("read %d bytes at %d: %w", n, off, err)
	}
	return buf, nil
}

// decodeThrift decodes a structure at the start of data and returns how many bytes it takes.
func decodeThrift(data []byte, v any) (int, error) {
	r := &boundedReader{new(thrift.CompactProtocol).NewReaderFromBytes(data), len(data)}
	if err := thrift.NewDecoder(r).Decode(v); err != nil {
		return 0, err
	}
	return r.BytesRead(), nil
}

// boundedReader refuses lists longer than the bytes left, for which the decoder would ask memory before it reads
// their elements.
type boundedReader struct {
	thrift.BytesReader
	size int
}

func (r *boundedReader) ReadList() (thrift.List, error) {
	list, err := r.BytesReader.ReadList()
	if err == nil && int(list.Size) > r.size-r.BytesRead() {
		err = fmt.Errorf("a list claims %d elements", list.Size)
	}
	return list, err
}

// Discard steps over bytes. The decoder looks for this method behind the interface.
func (r *boundedReader) Discard(n int) (int, error) {
	return r.BytesReader.(interface{ Discard(int) (int, error) }).Discard(n)
}

// maxRows is the most rows of a file. No dataset has files of so many, but a damaged footer may claim any number.
const maxRows = 1 << 31

// check compares what the footer says with itself and with the size of the file.
func (f *File) check() error {
	rows := int64(0)
	for i := range f.meta.RowGroups {
		g := &f.meta.RowGroups[i]
		if g.NumRows < 0 || g.NumRows > maxRows || len(g.Columns) != len(f.cols) {
			return damaged("row group %d has %d rows and %d columns, the schema %d", i, g.NumRows, len(g.Columns), len(f.cols))
		}
		for j := range g.Columns {
			if err := f.checkChunk(&g.Columns[j], f.cols[j], g.NumRows); err != nil {
				return damaged("row group %d: column %s: %w", i, f.cols[j].path, err)
			}
		}
		rows += g.NumRows
	}
	if rows != f.meta.NumRows || rows < 0 || rows > maxRows {
		return damaged("the footer claims %d rows, the row groups %d; at most %d can be", f.meta.NumRows, rows, maxRows)
	}
	return nil
}

func (f *File) checkChunk(c *format.ColumnChunk, l *leaf, rows int64) error {
	if rows == 0 {
		return nil
	}
	m := &c.MetaData
	start := chunkStart(m)
	switch {
	case c.FilePath != "":
		return fmt.Errorf("its data lie in another file, %q", c.FilePath)
	case m.Type != l.physical:
		return fmt.Errorf("its type is %v, in the schema %v", m.Type, l.physical)
	case m.NumValues < rows || l.maxRep == 0 && m.NumValues != rows:
		return fmt.Errorf("it claims %d values for %d rows", m.NumValues, rows)
	case start < 4 || m.TotalCompressedSize < 0 || m.TotalCompressedSize > f.size-start:
		return fmt.Errorf("it claims %d bytes at %d of a file of %d", m.TotalCompressedSize, start, f.size)
	case c.OffsetIndexOffset < 0 || c.OffsetIndexLength < 0 || int64(c.OffsetIndexLength) > f.size-c.OffsetIndexOffset:
		return fmt.Errorf("its page index claims %d bytes at %d of a file of %d", c.OffsetIndexLength, c.OffsetIndexOffset, f.size)
	}
	return nil
}

// chunkStart returns where the pages of a column start. Not every writer says that there is a dictionary, nor always
// where.
func chunkStart(m *format.ColumnMetaData) int64 {
	if d := m.DictionaryPageOffset; d > 0 && d < m.DataPageOffset {
		return d
	}
	return m.DataPageOffset
}
