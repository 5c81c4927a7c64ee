package parquet_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"sftrun.local/steps/sample/parquet"
)

// refooted returns a file with a changed footer.
func refooted(t *testing.T, data []byte, change func(*format.FileMetaData)) []byte {
	t.Helper()
	end := len(data) - 8
	start := end - int(binary.LittleEndian.Uint32(data[end:]))
	meta := new(format.FileMetaData)
	if err := thrift.Unmarshal(new(thrift.CompactProtocol), data[start:end], meta); err != nil {
		t.Fatal(err)
	}
	change(meta)
	footer, err := thrift.Marshal(new(thrift.CompactProtocol), meta)
	if err != nil {
		t.Fatal(err)
	}
	size := binary.LittleEndian.AppendUint32(nil, uint32(len(footer)))
	return slices.Concat(data[:start], footer, size, []byte("PAR1"))
}

func TestWhatCannotBeReadIsSaid(t *testing.T) {
	for want, change := range map[string]func(*format.FileMetaData){
		"column id: codec LZ4 is not supported; write the file again with zstd": func(m *format.FileMetaData) {
			m.RowGroups[0].Columns[0].MetaData.Codec = format.Lz4
		},
		"column flat: page at 4435: it claims 240 bytes unpacked, its SNAPPY data": func(m *format.FileMetaData) {
			m.RowGroups[1].Columns[1].MetaData.Codec = format.Snappy
		},
		"column flat holds INT64, which is annotated as DATE": func(m *format.FileMetaData) {
			m.Schema[2].LogicalType.Value = new(format.DateType)
		},
	} {
		_, _, err := read(refooted(t, file(t, "nested-zstd-v1.parquet"), change), nil)
		if err == nil || !strings.HasPrefix(err.Error(), "x.parquet: ") || !strings.Contains(err.Error(), want) {
			t.Errorf("error %v, want %s", err, want)
		}
	}
}

// Not every writer says where the dictionary is, nor always rightly.
func TestTheDictionaryIsFound(t *testing.T) {
	want := textLines(t, "nested.jsonl")
	for _, at := range []int64{0, 1 << 40} {
		data := refooted(t, file(t, "nested-zstd-v1.parquet"), func(m *format.FileMetaData) {
			for i := range m.RowGroups {
				c := &m.RowGroups[i].Columns[2].MetaData
				c.DataPageOffset, c.DictionaryPageOffset = c.DictionaryPageOffset, at
			}
		})
		same(t, readAll(t, data), want)
	}
}

var errNetwork = errors.New("the network is down")

// broken fails to read after the first time.
type broken struct {
	io.ReaderAt
	reads int
}

func (b *broken) ReadAt(p []byte, off int64) (int, error) {
	if b.reads++; b.reads > 1 {
		return 0, errNetwork
	}
	return b.ReaderAt.ReadAt(p, off)
}

func TestErrorsOfReadingAreNotDamage(t *testing.T) {
	data := file(t, "nested-zstd-v1.parquet")
	f, err := parquet.Open(&broken{ReaderAt: bytes.NewReader(data)}, int64(len(data)), "x.parquet")
	if err != nil {
		t.Fatal(err)
	}
	_, err = f.Read(t.Context(), []int{0}, func(int, []byte) error { return nil })
	if !errors.Is(err, errNetwork) || strings.Contains(err.Error(), "damaged") {
		t.Errorf("error %v, want that of the network", err)
	}
}
