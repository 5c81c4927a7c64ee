package parquet

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// bufferSize is how much of a feed parquet-go reads at a time; what is larger, a page, it reads at once.
const bufferSize = 64 << 10

// noSchema keeps parquet-go from building a schema of Go types, which is not needed.
var noSchema = pq.NewSchema("", pq.Group{})

// openColumns has parquet-go read a footer, and checks what it makes of the columns.
func (f *File) openColumns() error {
	footer, err := f.plainFooter()
	if err != nil {
		return err
	}
	f.file, err = pq.OpenFile(bytes.NewReader(footer), int64(len(footer)), pq.SkipMagicBytes(true), pq.SkipPageIndex(true),
		pq.SkipBloomFilters(true), pq.ReadBufferSize(bufferSize), pq.FileSchema(noSchema))
	if err != nil {
		return damaged("footer: %w", err)
	}
	for i, g := range f.file.RowGroups() {
		for j, chunk := range g.ColumnChunks() {
			if err := f.cols[j].checkType(chunk.Type()); err != nil {
				return damaged("%w", err)
			}
			if codec := f.meta.RowGroups[i].Columns[j].MetaData.Codec; g.NumRows() > 0 && f.unpacker.with(codec) == nil {
				return fmt.Errorf("column %s: codec %v is not supported; write the file again with zstd", f.cols[j].path, codec)
			}
		}
	}
	return nil
}

// plainFooter returns a file of nothing but a footer, by which parquet-go reads the pages that a feed gives it: of any
// number, from the first byte on, unpacked.
func (f *File) plainFooter() ([]byte, error) {
	meta := *f.meta
	meta.RowGroups = slices.Clone(meta.RowGroups)
	for i := range meta.RowGroups {
		g := &meta.RowGroups[i]
		g.Columns = slices.Clone(g.Columns)
		for j := range g.Columns {
			m := &g.Columns[j].MetaData
			m.Codec, m.DataPageOffset, m.DictionaryPageOffset, m.TotalCompressedSize = format.Uncompressed, 0, 0, maxFeed
		}
	}
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), &meta)
	if err != nil {
		return nil, damaged("footer: %w", err)
	}
	size := binary.LittleEndian.AppendUint32(nil, uint32(len(footer)))
	return slices.Concat([]byte(magic), footer, size, []byte(magic)), nil
}

// checkType makes sure that parquet-go, which goes by annotations, decodes what the column holds. Annotated as unknown,
// a column holds nothing.
func (l *leaf) checkType(t pq.Type) error {
	kind := t.Kind()
	if kind == pq.NullType.Kind() || kind == pq.Kind(l.physical) && (kind != pq.FixedLenByteArray || t.Length() == l.width) {
		return nil
	}
	return fmt.Errorf("column %s holds %v, which is annotated as %v", l.path, l.physical, t)
}
