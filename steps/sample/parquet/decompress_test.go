package parquet

import (
	"bytes"
	"testing"

	pq "github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"
)

// The size that a page claims is all the memory that unpacking it may take.
func TestUnpackGivesExactlyTheClaimedSize(t *testing.T) {
	text := bytes.Repeat([]byte("steer exec "), 1000)
	for _, codec := range []format.CompressionCodec{format.Uncompressed, format.Snappy, format.Gzip, format.Brotli, format.Zstd, format.Lz4Raw} {
		packed, err := pq.LookupCompressionCodec(codec).Encode(nil, text)
		if err != nil {
			t.Fatal(err)
		}
		u := new(unpacker)
		if got, err := u.unpack(codec, packed, len(text)); err != nil || !bytes.Equal(got, text) {
			t.Errorf("%v: %d bytes, error %v", codec, len(got), err)
		}
		for _, size := range []int{len(text) - 1, len(text) + 1, 1} {
			if got, err := u.unpack(codec, packed, size); err == nil {
				t.Errorf("%v: claimed %d bytes, got %d and no error", codec, size, len(got))
			}
		}
	}
}

func TestUnknownCodecsSayWhatToDo(t *testing.T) {
	_, err := new(unpacker).unpack(format.Lz4, nil, 0)
	if err == nil || err.Error() != "codec LZ4 is not supported; write the file again with zstd" {
		t.Errorf("error %v", err)
	}
}
