package runner

import (
	"hash/crc32"

	"sftrun.local/steps"
)

// Rows are cut into parts by their content: a row ends a part when the hash of its bytes, as a share of all hashes,
// is below its share of the part size aimed at. Where a part ends depends on rows alone, so after one row is put in
// or taken out the cuts fall where they fell before. (Content-defined chunking: Muthitacharoen, Chen, Mazières, "A
// low-bandwidth network file system", SOSP 2001, section 3.1, on rows instead of bytes.)
const (
	leastPart = 1 << 20  // bytes; below this no cut, but for the last part of an action
	meanPart  = 8 << 20  // bytes; the mean that the rule aims at
	mostPart  = 16 << 20 // bytes; a part ends here at the latest, unless a single row is larger
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// endsPart tells whether a part ends behind this row.
func endsPart(row []byte) bool {
	share := uint64(len(row)) << 32 / meanPart
	return uint64(crc32.Checksum(row, castagnoli)) < share
}

// A rowBuffer gathers the rows of one part with their lineage and provenance.
type rowBuffer struct {
	rows       []byte
	lineage    []byte
	provenance []byte
	count      int
	last       steps.From
	explained  bool // some row has a provenance
}

func (b *rowBuffer) add(row []byte, from steps.From, provenance []byte) {
	if n := len(b.rows) + len(row) + 1; n > cap(b.rows) {
		grown := make([]byte, len(b.rows), max(n, 2*cap(b.rows), leastPart)) // append would grow by a quarter, and copy each byte five times
		copy(grown, b.rows)
		b.rows = grown
	}
	b.rows = append(append(b.rows, row...), '\n')
	b.lineage = appendFrom(b.lineage, b.last, from)
	b.last = from
	if provenance == nil {
		provenance = []byte("{}")
	} else {
		b.explained = true
	}
	b.provenance = append(append(b.provenance, provenance...), '\n')
	b.count++
}

// full tells whether the part ends before a row of n bytes, complete whether it ends behind the row just added.
func (b *rowBuffer) full(n int) bool {
	return b.count > 0 && len(b.rows)+n+1 > mostPart
}

func (b *rowBuffer) complete(row []byte) bool {
	return len(b.rows) >= leastPart && endsPart(row)
}

func (b *rowBuffer) reset() {
	b.rows, b.lineage, b.provenance = b.rows[:0], b.lineage[:0], b.provenance[:0]
	b.count, b.last, b.explained = 0, steps.From{}, false
}
