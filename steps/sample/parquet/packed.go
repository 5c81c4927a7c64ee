package parquet

import (
	"fmt"
	"io"

	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// checkPacked makes sure that unpacking the page takes the memory that its header claims. The codecs believe the sizes
// that stand in the packed bytes, and for LZ4 parquet-go doubles the memory until unpacking succeeds, which it never
// does with damaged bytes. Streams of gzip and brotli claim nothing.
func (h *header) checkPacked(r io.ReaderAt, codec format.CompressionCodec) error {
	v2 := &h.DataPageHeaderV2.V
	levels := int(v2.RepetitionLevelsByteLength) + int(v2.DefinitionLevelsByteLength) // never packed; 0 in other pages
	size, packed := int(h.UncompressedPageSize)-levels, int(h.CompressedPageSize)-levels
	if levels < 0 || size < 0 || packed < 0 {
		return fmt.Errorf("page at %d claims %d bytes of levels", h.at, levels)
	}
	if packed == 0 || v2.IsCompressed.Valid && !v2.IsCompressed.V {
		return nil
	}
	if codec != format.Lz4Raw {
		packed = min(packed, zstd.HeaderMaxSize)
	}
	src, err := h.bytes(r, levels, packed)
	if err != nil {
		return err
	}
	if n, err := unpackedSize(codec, src, size); err != nil || n != size {
		return fmt.Errorf("page at %d claims %d bytes unpacked, its %v data %d (%v)", h.at, size, codec, n, err)
	}
	return nil
}

// bytes returns n bytes of the page's data.
func (h *header) bytes(r io.ReaderAt, from, n int) ([]byte, error) {
	if from+n <= len(h.data) {
		return h.data[from : from+n], nil
	}
	return readAt(r, h.at+int64(from), n)
}

// unpackedSize returns how much memory unpacking src takes, or what is claimed if that cannot be told.
func unpackedSize(codec format.CompressionCodec, src []byte, claimed int) (int, error) {
	switch codec {
	case format.Snappy:
		return snappy.DecodedLen(src)
	case format.Lz4Raw:
		return lz4.UncompressBlock(src, make([]byte, claimed))
	case format.Zstd:
		var h zstd.Header
		if err := h.Decode(src); err != nil || h.HasFCS {
			return int(h.FrameContentSize), err
		}
	}
	return claimed, nil
}
