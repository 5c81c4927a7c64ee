package tokens

const (
	maxCached  = 30      // bytes of a piece that fit a slot
	cacheSlots = 1 << 11 // 64 KiB together
)

// A cache remembers the counts of pieces that had to be merged: names, rare words and typing mistakes, which come
// back within a text. Each piece has one slot, which it shares with others, and the last one stays. So the memory is
// fixed, nothing is allocated, and a piece is compared in full before its count is believed.
type cache [cacheSlots]cacheSlot

// A cacheSlot fills half a cache line.
type cacheSlot struct {
	size   uint8 // zero: empty
	tokens uint8
	piece  [maxCached]byte
}

// slot returns the slot of the piece, which has 2 to maxCached bytes.
func (c *cache) slot(piece string) *cacheSlot {
	hash := uint64(0)
	if len(piece) <= maxShort {
		hash = hashWord(pack(piece))
	} else {
		hash = hashLong(piece)
	}
	return &c[hash>>32%cacheSlots]
}

func (s *cacheSlot) holds(piece string) bool {
	return string(s.piece[:s.size]) == piece
}

func (s *cacheSlot) set(piece string, tokens int) {
	s.size = uint8(copy(s.piece[:], piece))
	s.tokens = uint8(tokens)
}
