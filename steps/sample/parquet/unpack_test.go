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
	for _, codec := range []format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd, format.Lz4Raw} {
		packed, err := pq.LookupCompressionCodec(codec).Encode(nil, text)
		if err != nil {
			t.Fatal(err)
		}
		var u unpacker
		dst := make([]byte, len(text))
		if err := u.unpack(codec, dst, packed); err != nil || !bytes.Equal(dst, text) {
			t.Errorf("%v: %v, or not the bytes that were packed", codec, err)
		}
		for _, size := range []int{len(text) - 1, len(text) + 1, 1, 0} {
			if err := u.unpack(codec, make([]byte, size), packed); err == nil {
				t.Errorf("%v: claimed %d of %d bytes, and no error", codec, size, len(text))
			}
		}
	}
}
