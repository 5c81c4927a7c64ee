package tokens

const (
	maxCached  = 30      // bytes of a stretch that fit a slot
	cacheSlots = 1 << 11 // 64 KiB together
)

// A cache remembers the counts of short stretches that had to be merged: names, rare words and typing mistakes, which
// come back within a text. Each stretch has one slot, which it shares with others, and the last one stays. So the memory
// is fixed, nothing is allocated, and a stretch is compared in full before its count is believed.
type cache [cacheSlots]cacheSlot

// A cacheSlot fills half a cache line.
type cacheSlot struct {
	size   uint8 // zero: empty
	tokens uint8
	text   [maxCached]byte
}

// slot returns the slot of a stretch, which has 2 to maxCached bytes.
func (c *cache) slot(s string) *cacheSlot {
	hash := uint64(0)
	if len(s) <= maxShort {
		hash = hashWord(pack(s))
	} else {
		hash = hashLong(s)
	}
	return &c[hash>>32%cacheSlots]
}

func (s *cacheSlot) holds(text string) bool {
	return string(s.text[:s.size]) == text
}

func (s *cacheSlot) set(text string, tokens int) {
	s.size = uint8(copy(s.text[:], text))
	s.tokens = uint8(tokens)
}
