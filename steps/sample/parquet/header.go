package parquet

import (
	"hash/crc32"
	"io"

	"github.com/parquet-go/parquet-go/format"
)

// maxPage is the most bytes that a page may have, and minLimit what it may always have, whatever its column claims to
// have in all: some writers count wrongly.
const (
	maxPage  = 1 << 30
	minLimit = 64 << 20
)

// header is a page's header, checked.
type header struct {
	format.PageHeader
	at     int64 // where the page's data start
	values int   // values and nulls
	rows   int   // rows, -1 if only the levels tell
}

// next returns where the page's data end.
func (h *header) next() int64 { return h.at + int64(h.CompressedPageSize) }

// headerSizes are the bytes in which a header is looked for. Nearly all have less than a hundred; statistics with
// long strings may take more.
var headerSizes = []int64{1 << 10, 64 << 10, 16 << 20}

// readHeader reads the header of the page at a place, of a column chunk that ends at end.
func readHeader(r io.ReaderAt, at, end int64, l *leaf, m *format.ColumnMetaData) (*header, error) {
	h := new(header)
	for i, size := range headerSizes {
		data, err := readAt(r, at, int(min(size, end-at)))
		if err != nil {
			return nil, err
		}
		n, err := decodeThrift(data, &h.PageHeader)
		if err == nil {
			h.at = at + int64(n)
			break
		}
		if i == len(headerSizes)-1 || size >= end-at {
			return nil, damaged("page header at %d: %w", at, err)
		}
		h = new(header)
	}
	return h, h.check(end, l, m)
}

// check makes sure that the page lies within its chunk, and does not claim more than the chunk has.
func (h *header) check(end int64, l *leaf, m *format.ColumnMetaData) error {
	h.rows = -1
	switch {
	case h.Type == format.DataPage && h.DataPageHeader.Valid:
		h.values = int(h.DataPageHeader.V.NumValues)
	case h.Type == format.DataPageV2 && h.DataPageHeaderV2.Valid:
		h.values, h.rows = int(h.DataPageHeaderV2.V.NumValues), int(h.DataPageHeaderV2.V.NumRows)
	case h.Type == format.DictionaryPage && h.DictionaryPageHeader.Valid:
		h.values, h.rows = int(h.DictionaryPageHeader.V.NumValues), 0
	}
	if h.Type != format.DictionaryPage && l.maxRep == 0 {
		h.rows = h.values
	}
	limit := min(maxPage, max(minLimit, m.TotalUncompressedSize))
	switch {
	case h.CompressedPageSize < 0 || h.next() > end:
		return damaged("page at %d claims %d bytes, its column ends at %d", h.at, h.CompressedPageSize, end)
	case h.UncompressedPageSize < 0 || int64(h.UncompressedPageSize) > limit:
		return damaged("page at %d claims %d bytes unpacked, more than %d", h.at, h.UncompressedPageSize, limit)
	case h.values < 0 || int64(h.values) > m.NumValues || h.rows > h.values:
		return damaged("page at %d claims %d values and %d rows, its column %d values", h.at, h.values, h.rows, m.NumValues)
	}
	return nil
}

// data reads the bytes of the page as stored.
func (h *header) data(r io.ReaderAt) ([]byte, error) {
	data, err := readAt(r, h.at, int(h.CompressedPageSize))
	if err != nil {
		return nil, err
	}
	if sum := crc32.ChecksumIEEE(data); h.CRC != 0 && sum != uint32(h.CRC) {
		return nil, damaged("page at %d has checksum %08x, its header says %08x", h.at, sum, uint32(h.CRC))
	}
	return data, nil
}
