package ledger

// Prefix is what the names of all segments in a bucket begin with.
const Prefix = segmentPrefix

// CheckSegment tells whether a segment is what was written under its name: all checksums fit and every record can be
// read. It returns how many records can. The error is a *Damage that says what is lost.
func CheckSegment(name string, data []byte) (records int, err error) {
	found, err := parseSegment(name, data)
	return len(found), err
}
