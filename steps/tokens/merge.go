package tokens

// maxKept is the number of parts beyond which a merger gives its memory back after a piece.
const maxKept = 1 << 16

// A merger counts the tokens of pieces, for one goroutine at a time.
//
// It merges a piece of n bytes in O(n log n): the parts, which are tokens in the making, form a doubly linked list, and
// those that make a token with the next one wait in a heap, by rank and then from left to right. An entry of the heap
// is outdated when its part has another rank by now.
type merger struct {
	vocab *vocabulary
	cache cache
	parts []part // that of byte i at index i; one more marks the end
	heap  heap
}

// A part begins at the byte of its index and ends where the next one begins. Its rank is that of itself and the next
// one together, or noRank.
type part struct {
	next, previous int32
	rank           int32
}

// tokens returns the number of tokens of a piece of two bytes or more.
func (m *merger) tokens(piece string) int {
	if len(piece) > maxCached {
		return m.merge(piece)
	}
	slot := m.cache.slot(piece)
	if !slot.holds(piece) {
		slot.set(piece, m.merge(piece))
	}
	return int(slot.tokens)
}

func (m *merger) merge(piece string) int {
	m.split(piece)
	count := len(piece)
	for len(m.heap) > 0 {
		rank, i := m.heap.pop()
		if m.parts[i].rank == rank {
			m.join(piece, i)
			count--
		}
	}
	if cap(m.parts) > maxKept {
		m.parts, m.heap = nil, nil
	}
	return count
}

// split makes each byte of the piece a part.
func (m *merger) split(piece string) {
	m.parts = m.parts[:0]
	for i := range int32(len(piece) + 1) {
		m.parts = append(m.parts, part{i + 1, i - 1, noRank})
	}
	for i := range len(piece) - 1 {
		m.setRank(int32(i), m.vocab.pairRank(piece, i))
	}
}

// join merges part i with the next one.
func (m *merger) join(piece string, i int32) {
	gone := m.parts[i].next
	next := m.parts[gone].next
	m.parts[gone].rank = noRank
	m.parts[i].next = next
	m.parts[next].previous = i
	m.setRank(i, m.rank(piece, i))
	if previous := m.parts[i].previous; previous >= 0 {
		m.setRank(previous, m.rank(piece, previous))
	}
}

// rank looks up the rank of part i and the next one together.
func (m *merger) rank(piece string, i int32) int32 {
	next := m.parts[i].next
	if int(next) == len(piece) {
		return noRank
	}
	return m.vocab.rank(piece, int(i), int(m.parts[next].next))
}

func (m *merger) setRank(i, rank int32) {
	m.parts[i].rank = rank
	if rank != noRank {
		m.heap.push(rank, i)
	}
}
