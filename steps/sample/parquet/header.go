package parquet

import (
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// maxPage is the most bytes that a page may have, and minLimit what it may always have, whatever its column claims to
// have in all: some writers count wrongly.
const (
	maxPage  = 1 << 30
	minLimit = 64 << 20
)

// header is a page's header. parquet-go asks for as much memory as it claims, so it is checked before parquet-go
// reads it.
type header struct {
	format.PageHeader
	at   int64  // where the page's data start
	data []byte // what has been read of the page's data
}

// next returns where the page's data end.
func (h *header) next() int64 { return h.at + int64(h.CompressedPageSize) }

// headerSizes are the bytes in which a header is looked for. Nearly all have less than a hundred; statistics with
// long strings may take more.
var headerSizes = []int64{1 << 10, 64 << 10, 16 << 20}

// readHeader reads the header of the page at a place, of a column chunk that ends at end.
func readHeader(r io.ReaderAt, at, end int64) (h *header, err error) {
	for _, size := range headerSizes {
		h, err = headerWithin(r, at, min(size, end-at))
		if err == nil || size >= end-at {
			break
		}
	}
	return h, err
}

func headerWithin(r io.ReaderAt, at, size int64) (*header, error) {
	data, err := readAt(r, at, int(size))
	if err != nil {
		return nil, err
	}
	h := new(header)
	n, err := decodeThrift(data, &h.PageHeader)
	if err != nil {
		return nil, fmt.Errorf("page header at %d: %w", at, err)
	}
	h.at, h.data = at+int64(n), data[n:]
	return h, nil
}

// check makes sure that the page lies within its chunk, and does not claim more than the chunk has.
func (h *header) check(end int64, m *format.ColumnMetaData) error {
	limit := min(maxPage, max(minLimit, m.TotalUncompressedSize))
	values := int64(max(h.DataPageHeader.V.NumValues, h.DataPageHeaderV2.V.NumValues, h.DictionaryPageHeader.V.NumValues))
	switch {
	case h.CompressedPageSize < 0 || h.next() > end:
		return fmt.Errorf("page at %d claims %d bytes, its column ends at %d", h.at, h.CompressedPageSize, end)
	case h.UncompressedPageSize < 0 || int64(h.UncompressedPageSize) > limit:
		return fmt.Errorf("page at %d claims %d bytes unpacked, more than %d", h.at, h.UncompressedPageSize, limit)
	case values > m.NumValues:
		return fmt.Errorf("page at %d claims %d values, its column %d", h.at, values, m.NumValues)
	}
	return nil
}
