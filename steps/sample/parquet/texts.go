package parquet

import (
	"encoding/binary"
	"fmt"

	"github.com/parquet-go/parquet-go/format"
)

// checkTexts makes sure that a page holds as many values of varying length as it has entries that are not null.
// parquet-go writes a warning of its own to stderr if it does not, and reads on.
func (c *column) checkTexts(encoding format.Encoding, text []byte, wanted int) error {
	if c.leaf.physical != format.ByteArray || wanted < 0 {
		return nil
	}
	found := wanted
	switch encoding {
	case format.Plain:
		for found = 0; len(text) > 0; found++ {
			_, rest, err := sized(text)
			if err != nil {
				return fmt.Errorf("value %d: %w", found, err)
			}
			text = rest
		}
	case format.DeltaLengthByteArray, format.DeltaByteArray:
		found = deltaTotal(text)
	}
	if found != wanted {
		return fmt.Errorf("it has %d values, and %d entries that are not null", found, wanted)
	}
	return nil
}

// deltaTotal is the number of values that packed differences claim (see checkDeltas), which are well formed.
func deltaTotal(text []byte) int {
	var total uint64
	for range 3 {
		var n int
		total, n = binary.Uvarint(text)
		text = text[n:]
	}
	return int(total)
}

// countNot counts those of the first levels that are not the highest one, in runs that checkRuns has passed.
func countNot(text []byte, most, levels int) int {
	width, count := bitsFor(most), 0
	for len(text) > 0 && levels > 0 {
		head, n := binary.Uvarint(text)
		text = text[n:]
		run := int(head >> 1)
		if run == 0 {
			continue
		}
		if head&1 == 0 {
			size := min((width+7)/8, len(text))
			if level(text[:size], 0, 8*size) != most {
				count += min(run, levels)
			}
			levels -= min(run, levels)
			text = text[size:]
			continue
		}
		size := min(run*width, len(text))
		for i := range min(8*run, levels) {
			if level(text[:size], i*width, width) != most {
				count++
			}
		}
		levels -= min(8*run, levels)
		text = text[size:]
	}
	return count
}

// level is the number in some bits of a text, the lowest first. Bits behind its end are 0.
func level(text []byte, from, width int) int {
	n := 0
	for i := range width {
		if at := (from + i) / 8; at < len(text) {
			n |= int(text[at]>>((from+i)%8)&1) << i
		}
	}
	return n
}
