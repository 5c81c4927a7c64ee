package ledger

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"hash/crc32"
)

// parseSegment returns the records of a segment. If the segment is not what was written under its name, it returns
// those that are sound nevertheless, and a *Damage.
func parseSegment(name string, data []byte) ([]placed, error) {
	intact := segmentName(data) == name
	if intact && !bytes.HasPrefix(data, []byte(segmentHeader)) {
		return nil, &Damage{Name: name, Text: "it was written by a version of this program whose format this one does not know"}
	}
	spans, indexed := indexSpans(data)
	if !indexed {
		spans = walkSpans(data)
	}
	records := make([]placed, 0, len(spans))
	for _, at := range spans {
		if r, err := decodeFrame(data[at.off : at.off+at.n]); err == nil {
			records = append(records, placed{r, at, binary.LittleEndian.Uint32(data[at.off+4:])})
		}
	}
	if intact && indexed && len(records) == len(spans) {
		return records, nil
	}
	return records, damaged(name, len(records), len(spans), indexed)
}

func damaged(name string, sound, all int, indexed bool) *Damage {
	if !indexed {
		return &Damage{Name: name, Text: fmt.Sprintf("its index cannot be read; %d answers before the damage can", sound)}
	}
	return &Damage{Name: name, Text: fmt.Sprintf("%d of its %d answers can be read", sound, all)}
}

// decodeFrame reads one frame, which must fill b.
func decodeFrame(b []byte) (Record, error) {
	if len(b) < frameHead || uint64(binary.LittleEndian.Uint32(b)) != uint64(len(b)-frameHead) {
		return Record{}, fmt.Errorf("a record is cut off or has a wrong length")
	}
	payload := b[frameHead:]
	if crc32.Checksum(payload, castagnoli) != binary.LittleEndian.Uint32(b[4:]) {
		return Record{}, fmt.Errorf("a record does not match its checksum")
	}
	return decodeRecord(payload)
}

// indexSpans reads the index at the end. ok is false if the index is not sound.
func indexSpans(data []byte) (spans []span, ok bool) {
	tail := len(data) - footerSize
	if tail < len(segmentHeader) || string(data[len(data)-len(segmentEnd):]) != segmentEnd {
		return nil, false
	}
	start, n := binary.LittleEndian.Uint64(data[tail:]), uint64(binary.LittleEndian.Uint32(data[tail+8:]))
	if start > uint64(tail) || uint64(tail)-start != 8*n {
		return nil, false
	}
	if crc32.Checksum(data[start:tail+12], castagnoli) != binary.LittleEndian.Uint32(data[tail+12:]) {
		return nil, false
	}
	return spansOf(data[start:tail], start)
}

// spansOf turns offsets of frames into spans: each frame reaches to the next one, the last to end. ok is false if
// they are not in order.
func spansOf(offsets []byte, end uint64) (spans []span, ok bool) {
	spans = make([]span, len(offsets)/8)
	for i := len(spans) - 1; i >= 0; i-- {
		off := binary.LittleEndian.Uint64(offsets[8*i:])
		if off > end {
			return nil, false
		}
		spans[i] = span{int64(off), int64(end - off)}
		end = off
	}
	return spans, true
}

// walkSpans goes from frame to frame, from the start to the first frame that is not sound.
func walkSpans(data []byte) []span {
	var spans []span
	off := int64(len(segmentHeader))
	for off+frameHead <= int64(len(data)) {
		n := frameHead + int64(binary.LittleEndian.Uint32(data[off:]))
		if off+n > int64(len(data)) {
			break
		}
		if _, err := decodeFrame(data[off : off+n]); err != nil {
			break
		}
		spans = append(spans, span{off, n})
		off += n
	}
	return spans
}
