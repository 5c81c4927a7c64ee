package parquet

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// maxValues is the most values, nulls included, that a page may claim; runs claim any number in a few bytes.
const maxValues = 64 << 20

// padding is how many values more than the page has its runs may claim: writers fill up the last one.
const padding = 1 << 10

// plainDictionary is what old writers, Spark's among them, call RLE_DICTIONARY.
const plainDictionary = format.Encoding(2)

var errShort = errors.New("it ends inside a run")

// checkClaims makes sure that the runs and lengths within an unpacked page claim no more than the values that its
// header does. parquet-go asks for the memory of a run when it meets its length.
func (c *column) checkClaims(h *header, text []byte) error {
	var encoding format.Encoding
	var values, nulls int
	var err error
	switch h.Type {
	case format.DataPage:
		v1 := &h.DataPageHeader.V
		encoding, values = v1.Encoding, int(v1.NumValues)
		text, nulls, err = c.checkLevelsV1(v1, text)
	case format.DataPageV2:
		v2 := &h.DataPageHeaderV2.V
		encoding, values = v2.Encoding, int(v2.NumValues)
		nulls = int(v2.NumNulls)
		text, err = c.checkLevelsV2(v2, text)
	default:
		return nil // a dictionary is plain
	}
	if err != nil {
		return fmt.Errorf("levels: %w", err)
	}
	if err := c.checkValues(encoding, text, values); err != nil {
		return err
	}
	return c.checkTexts(encoding, text, values-nulls)
}

// checkLevelsV1 checks levels that have their length ahead of them, and returns what follows, and how many entries are
// null; with levels of an old encoding more than there are, for not known.
func (c *column) checkLevelsV1(h *format.DataPageHeader, text []byte) (rest []byte, nulls int, err error) {
	for _, l := range []struct {
		most     int
		encoding format.Encoding
	}{{c.leaf.maxRep, h.RepetitionLevelEncoding}, {c.leaf.maxDef, h.DefinitionLevelEncoding}} {
		if l.most == 0 {
			continue
		}
		levels, after, err := sized(text)
		if err != nil {
			return nil, 0, err
		}
		nulls = int(h.NumValues) + 1
		if l.encoding == format.RLE {
			if err := checkRuns(levels, bitsFor(l.most), int(h.NumValues)); err != nil {
				return nil, 0, err
			}
			nulls = countNot(levels, l.most, int(h.NumValues))
		}
		text = after
	}
	if c.leaf.maxDef == 0 {
		nulls = 0
	}
	return text, nulls, nil
}

// checkLevelsV2 checks levels whose lengths stand in the header, and returns what follows.
func (c *column) checkLevelsV2(h *format.DataPageHeaderV2, text []byte) (rest []byte, err error) {
	for _, l := range []struct {
		most int
		size int32
	}{{c.leaf.maxRep, h.RepetitionLevelsByteLength}, {c.leaf.maxDef, h.DefinitionLevelsByteLength}} {
		if err := checkRuns(text[:l.size], bitsFor(l.most), int(h.NumValues)); l.most > 0 && err != nil {
			return nil, err
		}
		text = text[l.size:]
	}
	return text, nil
}

// checkValues checks the encodings that hold runs or lengths.
func (c *column) checkValues(encoding format.Encoding, text []byte, values int) error {
	switch encoding {
	case format.RLEDictionary, plainDictionary:
		if len(text) == 0 {
			return nil
		}
		return checkRuns(text[1:], int(text[0]), values)
	case format.RLE:
		runs, _, err := sized(text)
		if err != nil {
			return err
		}
		return checkRuns(runs, 1, values)
	case format.DeltaBinaryPacked, format.DeltaLengthByteArray:
		_, err := checkDeltas(text, values)
		return err
	case format.DeltaByteArray:
		return checkPrefixes(text, values)
	}
	return nil
}

// sized cuts off what has its length in four bytes ahead of it.
func sized(text []byte) (part, rest []byte, err error) {
	if len(text) < 4 || int64(binary.LittleEndian.Uint32(text)) > int64(len(text)-4) {
		return nil, nil, errShort
	}
	end := 4 + int(binary.LittleEndian.Uint32(text))
	return text[4:end], text[end:], nil
}

// checkRuns adds up the lengths of the runs of values of a width in bits (format's Encodings.md, "Run Length
// Encoding / Bit-Packing Hybrid").
func checkRuns(text []byte, width, values int) error {
	total := uint64(0)
	for len(text) > 0 {
		head, n := binary.Uvarint(text)
		if n <= 0 {
			return errShort
		}
		text = text[n:]
		count, size := head>>1, (width+7)/8
		if count == 0 {
			continue // parquet-go reads on here
		}
		if count > uint64(values+padding) {
			return fmt.Errorf("a run claims %d values, the page %d", count, values)
		}
		if head&1 == 1 { // groups of eight, packed
			count, size = 8*count, int(count)*width
		}
		if total += count; total > uint64(values+padding) {
			return fmt.Errorf("the runs claim more than %d values, the page %d", total-1, values)
		}
		text = text[min(size, len(text)):]
	}
	return nil
}

// bitsFor returns how many bits the levels from 0 to most take.
func bitsFor(most int) int {
	n := 0
	for ; most > 0; most >>= 1 {
		n++
	}
	return n
}
