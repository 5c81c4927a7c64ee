package parquet

import (
	"fmt"
	"hash/crc32"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/format"
)

// maxPage is the most bytes that a page may have, and minLimit what it may always have, whatever its column claims to
// have in all: some writers count wrongly.
const (
	maxPage  = 1 << 30
	minLimit = 64 << 20
)

// header is a page's header. Reading the page takes as much memory as it claims, so it is checked first.
type header struct {
	format.PageHeader
	at   int64  // where the page's data start
	data []byte // what has been read of the page's data; valid until the next header is read
}

// next returns where the page's data end.
func (h *header) next() int64 { return h.at + int64(h.CompressedPageSize) }

// headerSizes are the bytes in which a header is looked for. Nearly all have less than a hundred; statistics with
// long strings may take more.
var headerSizes = []int64{1 << 10, 8 << 10, 64 << 10, 16 << 20}

// readHeader reads the header of the page at a place, of a column chunk that ends at end, into buf, which it returns,
// larger if need be. Where the size of the page is known, and not 0, all of it is read in one go.
func readHeader(r io.ReaderAt, at, end, known int64, buf []byte) (h *header, _ []byte, err error) {
	for i := 0; ; i++ {
		size := min(max(headerSizes[i], known), end-at)
		buf = slices.Grow(buf[:0], int(size))[:size]
		h, err = headerWithin(r, at, buf)
		if err == nil || size >= end-at || i == len(headerSizes)-1 {
			return h, buf, err
		}
	}
}

func headerWithin(r io.ReaderAt, at int64, buf []byte) (*header, error) {
	if n, err := r.ReadAt(buf, at); n < len(buf) {
		return nil, fmt.Errorf("read %d bytes at %d: %w", len(buf), at, err)
	}
	h := new(header)
	n, err := decodeThrift(buf, &h.PageHeader)
	if err != nil {
		return nil, fmt.Errorf("page header at %d: %w", at, err)
	}
	h.at, h.data = at+int64(n), buf[n:]
	return h, nil
}

// check makes sure that the page lies within its chunk, and does not claim more than the chunk has.
func (h *header) check(end int64, m *format.ColumnMetaData) error {
	limit := min(maxPage, max(minLimit, m.TotalUncompressedSize))
	v2 := &h.DataPageHeaderV2.V
	values := int64(max(h.DataPageHeader.V.NumValues, v2.NumValues, h.DictionaryPageHeader.V.NumValues))
	switch {
	case h.CompressedPageSize < 0 || h.next() > end:
		return fmt.Errorf("page at %d claims %d bytes, its column ends at %d", h.at, h.CompressedPageSize, end)
	case h.UncompressedPageSize < 0 || int64(h.UncompressedPageSize) > limit:
		return fmt.Errorf("page at %d claims %d bytes unpacked, more than %d", h.at, h.UncompressedPageSize, limit)
	case values > m.NumValues:
		return fmt.Errorf("page at %d claims %d values, its column %d", h.at, values, m.NumValues)
	case values > maxValues:
		return fmt.Errorf("page at %d claims %d values, more than %d", h.at, values, maxValues)
	case v2.RepetitionLevelsByteLength < 0 || v2.DefinitionLevelsByteLength < 0 ||
		h.levels() > int64(min(h.CompressedPageSize, h.UncompressedPageSize)):
		return fmt.Errorf("page at %d claims %d bytes of levels", h.at, h.levels())
	}
	return nil
}

// refers tells whether the page's values are numbers of entries of a dictionary.
func (h *header) refers() bool {
	encoding := h.DataPageHeader.V.Encoding
	if h.Type == format.DataPageV2 {
		encoding = h.DataPageHeaderV2.V.Encoding
	}
	return encoding == format.RLEDictionary || encoding == plainDictionary
}

// levels returns how many bytes of levels stand ahead of the packed data, never packed: none in pages of version 1.
func (h *header) levels() int64 {
	v2 := &h.DataPageHeaderV2.V
	return int64(v2.RepetitionLevelsByteLength) + int64(v2.DefinitionLevelsByteLength)
}

// size returns how many bytes the page's data have unpacked.
func (h *header) size(codec format.CompressionCodec) int {
	if h.isPacked(codec) {
		return int(h.UncompressedPageSize)
	}
	return int(h.CompressedPageSize)
}

func (h *header) isPacked(codec format.CompressionCodec) bool {
	flag := h.DataPageHeaderV2.V.IsCompressed
	return codec != format.Uncompressed && int64(h.CompressedPageSize) > h.levels() && (!flag.Valid || flag.V)
}

// read returns the page's data, in buf, larger if need be, unless they have been read with the header. Whoever wrote a
// checksum gets it checked.
func (h *header) read(r io.ReaderAt, buf *[]byte) ([]byte, error) {
	size := int(h.CompressedPageSize)
	if size <= len(h.data) {
		return h.data[:size], h.checkSum(h.data[:size])
	}
	*buf = slices.Grow((*buf)[:0], size)[:size]
	if n, err := r.ReadAt((*buf)[copy(*buf, h.data):], h.at+int64(len(h.data))); n < size-len(h.data) {
		return nil, fmt.Errorf("read %d bytes at %d: %w", size, h.at, err)
	}
	return *buf, h.checkSum(*buf)
}

func (h *header) checkSum(data []byte) error {
	if h.CRC == 0 {
		return nil
	}
	if sum := crc32.ChecksumIEEE(data); sum != uint32(h.CRC) {
		return fmt.Errorf("its checksum is %08x, not %08x", sum, uint32(h.CRC))
	}
	return nil
}
