package parquet

import (
	"fmt"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// bufferSize is how much of a column is read ahead; more than that is read a page at a time.
const bufferSize = 64 << 10

// noSchema keeps parquet-go from building a schema of Go types, which is not needed.
var noSchema = pq.NewSchema("", pq.Group{})

// openColumns has parquet-go read the footer, which has been checked, and checks what it makes of the columns.
func (f *File) openColumns() (err error) {
	f.file, err = pq.OpenFile(&f.source, f.size, pq.SkipMagicBytes(true), pq.SkipPageIndex(true), pq.SkipBloomFilters(true),
		pq.ReadBufferSize(bufferSize), pq.FileSchema(noSchema))
	if err != nil {
		return damaged("footer: %w", err)
	}
	f.meta = f.file.Metadata()
	for i := range f.meta.RowGroups {
		if err := f.checkGroup(i); err != nil {
			return err
		}
	}
	return nil
}

func (f *File) checkGroup(i int) error {
	g := f.file.RowGroups()[i]
	for j, chunk := range g.ColumnChunks() {
		if err := f.cols[j].checkType(chunk.Type()); err != nil {
			return damaged("%w", err)
		}
		m := &f.meta.RowGroups[i].Columns[j].MetaData
		if err := f.checkCodec(j, m); err != nil && g.NumRows() > 0 {
			return err
		}
		if chunkStart(m) == m.DataPageOffset { // parquet-go believes any other place for the dictionary
			m.DictionaryPageOffset = 0
		}
	}
	return nil
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

// checkCodec makes sure that parquet-go has the codec of a chunk of column j, and uses it: it goes by the first chunk
// of a column.
func (f *File) checkCodec(j int, m *format.ColumnMetaData) error {
	if c := pq.LookupCompressionCodec(m.Codec); c.String() != m.Codec.String() { // it stands for an unsupported one
		return fmt.Errorf("column %s: codec %v is not supported; write the file again with zstd", f.cols[j].path, m.Codec)
	}
	if first := f.meta.RowGroups[0].Columns[j].MetaData.Codec; m.Codec != first {
		return fmt.Errorf("column %s: codecs %v and %v in one column are not supported; write the file again with one codec",
			f.cols[j].path, first, m.Codec)
	}
	return nil
}
