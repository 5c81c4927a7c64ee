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

// unpacker unpacks the data of pages.
type unpacker struct {
	zstd *zstd.Decoder // nil until it is needed
}

// unpack unpacks src into dst, which it must fill, with nothing left over. So it takes no more memory than dst,
// whatever src claims: parquet-go's own codecs believe the sizes that stand in the packed bytes, or unpack without end.
func (u *unpacker) unpack(codec format.CompressionCodec, dst, src []byte) error {
	n, err := u.with(codec)(dst, src)
	switch {
	case err != nil:
		return fmt.Errorf("it claims %d bytes unpacked, its %v data are damaged (%w)", len(dst), codec, err)
	case n != len(dst):
		return fmt.Errorf("it claims %d bytes unpacked, its %v data hold %d", len(dst), codec, n)
	}
	return nil
}

// with returns what unpacks into dst and tells how many bytes there are; nil for codecs that are not supported.
func (u *unpacker) with(codec format.CompressionCodec) func(dst, src []byte) (int, error) {
	switch codec {
	case format.Uncompressed:
		return copyAll
	case format.Snappy:
		return unpackSnappy
	case format.Lz4Raw:
		return unpackLz4
	case format.Zstd:
		return u.unpackZstd
	case format.Gzip:
		return unpackGzip
	case format.Brotli:
		return unpackBrotli
	}
	return nil
}

func copyAll(dst, src []byte) (int, error) {
	copy(dst, src)
	return len(src), nil
}

func unpackLz4(dst, src []byte) (int, error) { return lz4.UncompressBlock(src, dst) }

func unpackSnappy(dst, src []byte) (int, error) {
	if n, err := snappy.DecodedLen(src); err != nil || n != len(dst) {
		return n, err
	}
	text, err := snappy.Decode(dst, src)
	return len(text), err
}

func (u *unpacker) unpackZstd(dst, src []byte) (n int, err error) {
	if u.zstd == nil {
		u.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecodeAllCapLimit(true))
	}
	if err != nil {
		return 0, err
	}
	text, err := u.zstd.DecodeAll(src, dst[:0:len(dst)])
	return len(text), err
}

func unpackGzip(dst, src []byte) (int, error) {
	r, err := gzip.NewReader(bytes.NewReader(src))
	if err != nil {
		return 0, err
	}
	return readInto(dst, r)
}

func unpackBrotli(dst, src []byte) (int, error) {
	return readInto(dst, brotli.NewReader(bytes.NewReader(src)))
}

var errMore = errors.New("there is more")

// readInto fills dst and makes sure that r then ends.
func readInto(dst []byte, r io.Reader) (int, error) {
	n, err := io.ReadFull(r, dst)
	if err == io.ErrUnexpectedEOF || err == io.EOF {
		return n, nil
	}
	if err != nil {
		return n, err
	}
	switch m, err := io.ReadFull(r, make([]byte, 1)); {
	case m > 0:
		return n, errMore
	case err != io.EOF:
		return n, err
	}
	return n, nil
}
