package parquet

import (
	"bytes"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// The size that a page claims is all the memory that unpacking it may take.
func TestPagesUnpackToTheClaimedSize(t *testing.T) {
	text := bytes.Repeat([]byte("steer exec "), 1000)
	for _, codec := range []format.CompressionCodec{format.Snappy, format.Zstd, format.Lz4Raw} {
		packed, err := pq.LookupCompressionCodec(codec).Encode(nil, text)
		if err != nil {
			t.Fatal(err)
		}
		if err := checkSize(codec, packed, len(text)); err != nil {
			t.Errorf("%v: %v", codec, err)
		}
		for _, size := range []int{len(text) - 1, len(text) + 1, 1} {
			if err := checkSize(codec, packed, size); err == nil {
				t.Errorf("%v: claimed %d of %d bytes, and no error", codec, size, len(text))
			}
		}
	}
}

// checkSize checks a page that claims a size.
func checkSize(codec format.CompressionCodec, packed []byte, size int) error {
	h := new(header)
	h.CompressedPageSize, h.UncompressedPageSize = int32(len(packed)), int32(size)
	return h.checkPacked(bytes.NewReader(packed), codec)
}
