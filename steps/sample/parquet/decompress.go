package parquet

import (
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/snappy"
	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/format"
	"github.com/pierrec/lz4/v4"
)

// unpacker decompresses pages.
type unpacker struct {
	zstd *zstd.Decoder // nil until it is needed
}

// unpack returns what src holds, which must be size bytes, neither more nor less. It may be src itself.
func (u *unpacker) unpack(codec format.CompressionCodec, src []byte, size int) ([]byte, error) {
	var text []byte
	var err error
	switch codec {
	case format.Uncompressed:
		text = src
	case format.Snappy:
		text, err = unsnappy(src, size)
	case format.Gzip:
		text, err = ungzip(src, size)
	case format.Brotli:
		text, err = readSize(brotli.NewReader(bytes.NewReader(src)), size)
	case format.Zstd:
		text, err = u.unzstd(src, size)
	case format.Lz4Raw:
		text, err = unlz4(src, size)
	default:
		return nil, fmt.Errorf("codec %v is not supported; write the file again with zstd", codec)
	}
	if err == nil && len(text) != size {
		err = fmt.Errorf("it holds %d bytes, not %d", len(text), size)
	}
	if err != nil {
		return nil, fmt.Errorf("unpack %v: %w", codec, err)
	}
	return text, nil
}

func unsnappy(src []byte, size int) ([]byte, error) {
	if n, err := snappy.DecodedLen(src); err != nil || n != size {
		return nil, fmt.Errorf("it claims %d bytes, not %d", n, size)
	}
	return snappy.Decode(make([]byte, size), src)
}

func ungzip(src []byte, size int) ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return nil, err
	}
	return readSize(r, size)
}

// readSize reads to the end of r, which must come after size bytes.
func readSize(r io.Reader, size int) ([]byte, error) {
	text := make([]byte, size)
	if _, err := io.ReadFull(r, text); err != nil {
		return nil, err
	}
	if n, err := io.ReadFull(r, make([]byte, 1)); n > 0 {
		return nil, errors.New("it holds more than it claims")
	} else if err != io.EOF {
		return nil, err
	}
	return text, nil
}

func (u *unpacker) unzstd(src []byte, size int) ([]byte, error) {
	if u.zstd == nil {
		var err error
		u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
		if err != nil {
			return nil, err
		}
	}
	return u.zstd.DecodeAll(src, make([]byte, 0, size))
}

func unlz4(src []byte, size int) ([]byte, error) {
	text := make([]byte, size)
	n, err := lz4.UncompressBlock(src, text)
	return text[:max(n, 0)], err
}
