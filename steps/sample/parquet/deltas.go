package parquet

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/encoding/delta"
)

// checkDeltas makes sure that packed differences claim no more values than the page, and returns what follows them
// (format's Encodings.md, "Delta Encoding").
func checkDeltas(text []byte, values int) (rest []byte, err error) {
	var head [4]uint64 // values in a block, miniblocks in a block, values in all, the first value
	for i := range head {
		var n int
		if head[i], n = binary.Uvarint(text); n <= 0 {
			return nil, errShort
		}
		text = text[n:]
	}
	block, minis, total := head[0], head[1], head[2]
	switch {
	case total > uint64(values):
		return nil, fmt.Errorf("its lengths or differences claim %d values, the page %d", total, values)
	case minis == 0 || block > 1<<20 || block/minis == 0:
		return nil, fmt.Errorf("its differences claim %d miniblocks in a block of %d", minis, block)
	}
	for left := int(total) - 1; left > 0; {
		if text, left, err = skipBlock(text, left, int(minis), int(block/minis)); err != nil {
			return nil, err
		}
	}
	return text, nil
}

// skipBlock steps over a block of differences, of which left are to come, in miniblocks of some size.
func skipBlock(text []byte, left, minis, size int) (rest []byte, stillLeft int, err error) {
	_, n := binary.Varint(text) // the smallest difference
	if n <= 0 || len(text)-n < minis {
		return nil, 0, errShort
	}
	widths := text[n : n+minis]
	text = text[n+minis:]
	for _, width := range widths {
		if left <= 0 {
			break
		}
		text = text[min(size*int(width)/8, len(text)):]
		left -= size
	}
	return text, left, nil
}

// checkPrefixes makes sure that the values that are put together from prefixes of the ones before and suffixes have at
// most maxPage bytes.
func checkPrefixes(text []byte, values int) error {
	behind, err := checkDeltas(text, values)
	if err != nil {
		return err
	}
	if _, err = checkDeltas(behind, values); err != nil {
		return err
	}
	var decoder delta.BinaryPackedEncoding
	prefixes, err := decoder.DecodeInt32(nil, text[:len(text)-len(behind)])
	if err != nil {
		return err
	}
	suffixes, err := decoder.DecodeInt32(nil, behind)
	if err != nil || len(prefixes) != len(suffixes) {
		return fmt.Errorf("it has %d prefixes and %d suffixes (%v)", len(prefixes), len(suffixes), err)
	}
	last, total := int64(0), int64(0)
	for i, prefix := range prefixes {
		size := int64(prefix) + int64(suffixes[i])
		if prefix < 0 || suffixes[i] < 0 || int64(prefix) > last || int(suffixes[i]) > len(text) {
			return fmt.Errorf("value %d claims %d bytes of one of %d, and %d more", i, prefix, last, suffixes[i])
		}
		last = size
		if total += size; total > maxPage {
			return fmt.Errorf("its values claim more than %d bytes", maxPage)
		}
	}
	return nil
}
