package tokens

import "math/bits"

// maxShort is the length in bytes up to which a token fits a key of the short table.
const maxShort = 7

// A shortTable maps tokens of at most maxShort bytes, packed into one word each, to ranks: open addressing with linear
// probing, at most half full, so that a token that is not there is known after a probe or two. Ranks lie apart from
// keys, because most searches only ask whether a token exists and eight keys fill a cache line.
type shortTable struct {
	keys  []uint64 // zero: free
	ranks []int32
	shift uint8
}

func newShortTable(tokens int) shortTable {
	log := bits.Len(uint(2 * tokens))
	return shortTable{make([]uint64, 1<<log), make([]int32, 1<<log), uint8(64 - log)}
}

// find returns the index of the token's slot, or of the free slot where it belongs.
func (t *shortTable) find(key uint64) (index uint64, found bool) {
	mask := uint64(len(t.keys) - 1)
	for i := hashWord(key) >> t.shift; ; i++ {
		k := t.keys[i&mask]
		if k == key || k == 0 {
			return i & mask, k != 0
		}
	}
}

func (t *shortTable) put(token string, rank int32) {
	key := pack(token)
	i, _ := t.find(key)
	t.keys[i], t.ranks[i] = key, rank
}
