package ledger

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"time"
)

// A segment is, all numbers little-endian:
//
//	header   "sftrun-answers/1"                                    16 bytes
//	frames   each: length of payload u32, CRC-32C of payload u32, payload
//	         payload: uvarint length and bytes of the head (JSON), the same of the provenance, and the body
//	index    offset of each frame from the start of the segment    u64 each
//	footer   offset of the index u64, number of frames u32, CRC-32C of index and the 12 bytes before u32, "answers."
//
// Its name is the SHA-256 of all of it, so the name is the checksum of the whole. The checksums of frames and index
// serve to read one frame alone and to save what is sound in a segment that is damaged.
const (
	segmentHeader = "sftrun-answers/1"
	segmentEnd    = "answers."
	segmentPrefix = "answers/"

	frameHead  = 8
	footerSize = 8 + 4 + 4 + len(segmentEnd)

	// maxPayload is the most that a frame can say of its length. One answer is some 100 KB.
	maxPayload = 1<<32 - 1
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// A head is what a record holds besides its body and provenance.
type head struct {
	Key    string `json:"key"`
	Kind   Kind   `json:"kind"`
	At     int64  `json:"at"` // nanoseconds since 1970
	Call   Call   `json:"call"`
	Cost   Cost   `json:"cost"`
	Reason string `json:"reason,omitempty"`
	Detail string `json:"detail,omitempty"`
}

// A span is where a frame lies in its segment.
type span struct {
	off, n int64
}

// A placed record is a record with the frame that holds it.
type placed struct {
	Record
	span
	sum uint32 // CRC-32C of the payload: tells two records of one key and time apart
}

// placedAt is the record of the frame at a span of a segment, without what the index has no use for.
func placedAt(r Record, segment []byte, at span) placed {
	r.Body, r.Provenance = nil, nil
	return placed{r, at, binary.LittleEndian.Uint32(segment[at.off+4:])}
}

// A segment is one on its way into a bucket.
type segment struct {
	data  []byte
	spans []span
}

// newSegment makes room for about size bytes.
func newSegment(size int) *segment {
	return &segment{data: append(make([]byte, 0, size), segmentHeader...)}
}

// add appends a record.
func (s *segment) add(r Record) error {
	payload, err := encodeRecord(r)
	if err != nil {
		return err
	}
	return s.addPayload(payload)
}

// addPayload appends a record that is encoded already.
func (s *segment) addPayload(payload []byte) error {
	if uint64(len(payload)) > maxPayload {
		return fmt.Errorf("ledger: an answer of %d bytes is too large to keep; the limit is %d", len(payload), int64(maxPayload))
	}
	s.spans = append(s.spans, span{int64(len(s.data)), int64(frameHead + len(payload))})
	s.data = binary.LittleEndian.AppendUint32(s.data, uint32(len(payload)))
	s.data = binary.LittleEndian.AppendUint32(s.data, crc32.Checksum(payload, castagnoli))
	s.data = append(s.data, payload...)
	return nil
}

// seal ends the segment with its index and returns its name. Nothing can be added any more.
func (s *segment) seal() string {
	start := len(s.data)
	for _, at := range s.spans {
		s.data = binary.LittleEndian.AppendUint64(s.data, uint64(at.off))
	}
	s.data = binary.LittleEndian.AppendUint64(s.data, uint64(start))
	s.data = binary.LittleEndian.AppendUint32(s.data, uint32(len(s.spans)))
	s.data = binary.LittleEndian.AppendUint32(s.data, crc32.Checksum(s.data[start:], castagnoli))
	s.data = append(s.data, segmentEnd...)
	return segmentName(s.data)
}

func segmentName(data []byte) string {
	sum := sha256.Sum256(data)
	return segmentPrefix + hex.EncodeToString(sum[:])
}

func encodeRecord(r Record) ([]byte, error) {
	h, err := json.Marshal(head{
		Key: r.Key.String(), Kind: r.Kind, At: r.At.UnixNano(), Call: r.Call, Cost: r.Cost, Reason: r.Reason, Detail: r.Detail,
	})
	if err != nil {
		return nil, fmt.Errorf("ledger: encode the outcome of %s: %w", r.Key, err)
	}
	out := make([]byte, 0, len(h)+len(r.Provenance)+len(r.Body)+2*binary.MaxVarintLen32)
	out = appendSized(out, h)
	out = appendSized(out, r.Provenance)
	return append(out, r.Body...), nil
}

// checksum is the CRC-32C of a record's payload.
func checksum(r Record) (uint32, error) {
	payload, err := encodeRecord(r)
	return crc32.Checksum(payload, castagnoli), err
}

func appendSized(out, b []byte) []byte {
	return append(binary.AppendUvarint(out, uint64(len(b))), b...)
}

func decodeRecord(payload []byte) (Record, error) {
	text, rest, ok := cutSized(payload)
	if !ok {
		return Record{}, fmt.Errorf("the head of a record is cut off")
	}
	provenance, body, ok := cutSized(rest)
	if !ok {
		return Record{}, fmt.Errorf("the provenance of a record is cut off")
	}
	var h head
	if err := json.Unmarshal(text, &h); err != nil {
		return Record{}, fmt.Errorf("the head of a record: %w", err)
	}
	key, err := ParseKey(h.Key)
	if err != nil {
		return Record{}, err
	}
	return Record{
		Key: key, Kind: h.Kind, At: time.Unix(0, h.At), Call: h.Call, Cost: h.Cost, Reason: h.Reason, Detail: h.Detail,
		Provenance: provenance, Body: body,
	}, nil
}

func cutSized(b []byte) (part, rest []byte, ok bool) {
	n, used := binary.Uvarint(b)
	if used <= 0 || n > uint64(len(b)-used) {
		return nil, nil, false
	}
	end := used + int(n)
	return b[used:end:end], b[end:], true
}
