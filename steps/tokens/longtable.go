package tokens

import "math/bits"

// A longTable maps the longer tokens to ranks in the same way. Their bytes lie one after the other in text.
type longTable struct {
	slots []longSlot
	shift uint8
	text  string
}

type longSlot struct {
	hash  uint32 // the low half of the hash, of which find uses the high half
	start uint32 // of the token in text
	size  uint32 // in bytes; zero: free
	rank  int32
}

func newLongTable(tokens int, text string) longTable {
	log := bits.Len(uint(2 * tokens))
	return longTable{slots: make([]longSlot, 1<<log), shift: uint8(64 - log), text: text}
}

// find returns the slot of the token, which has the given hash, or the free slot where it belongs.
func (t *longTable) find(token string, hash uint64) *longSlot {
	mask := uint64(len(t.slots) - 1)
	for i := hash >> t.shift; ; i++ {
		slot := &t.slots[i&mask]
		if slot.size == 0 || slot.hash == uint32(hash) && t.token(slot) == token {
			return slot
		}
	}
}

func (t *longTable) token(slot *longSlot) string {
	return t.text[slot.start : slot.start+slot.size]
}

// put adds the token text[start:end].
func (t *longTable) put(start, end int, rank int32) {
	token := t.text[start:end]
	hash := hashLong(token)
	*t.find(token, hash) = longSlot{uint32(hash), uint32(start), uint32(len(token)), rank}
}

func (t *longTable) rank(token string) int32 {
	if slot := t.find(token, hashLong(token)); slot.size != 0 {
		return slot.rank
	}
	return noRank
}
