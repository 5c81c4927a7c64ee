package tokens

// maxKept is the number of parts beyond which a heapMerger gives its memory back after a stretch.
const maxKept = 1 << 16

// A heapMerger merges a stretch of n bytes, however long and however its tokens depend on each other, in O(n log n). It
// takes twice the time of a window and 20 bytes of memory for each of the stretch, and is there for stretches on which
// windows disagree.
//
// The parts, which are tokens in the making, form a doubly linked list, and those that make a token with the next one
// wait in a heap, by rank and then from left to right. An entry of the heap is outdated when its part has another rank
// by now.
type heapMerger struct {
	vocab *vocabulary
	parts []part // that of byte i at index i; one more marks the end
	heap  heap
}

// A part begins at the byte of its index and ends where the next one begins. Its rank is that of itself and the next
// one together, or noRank.
type part struct {
	next, previous int32
	rank           int32
}

// merge returns the number of tokens of a stretch of two bytes or more.
func (m *heapMerger) merge(v *vocabulary, s string) int {
	m.vocab = v
	m.split(s)
	count := len(s)
	for len(m.heap) > 0 {
		rank, i := m.heap.pop()
		if m.parts[i].rank == rank {
			m.join(s, i)
			count--
		}
	}
	if cap(m.parts) > maxKept {
		m.parts, m.heap = nil, nil
	}
	return count
}

// split makes each byte of the stretch a part.
func (m *heapMerger) split(s string) {
	m.parts = m.parts[:0]
	for i := range int32(len(s) + 1) {
		m.parts = append(m.parts, part{i + 1, i - 1, noRank})
	}
	for i := range len(s) - 1 {
		m.setRank(int32(i), m.vocab.pairRank(s, i))
	}
}

// join merges part i with the next one.
func (m *heapMerger) join(s string, i int32) {
	gone := m.parts[i].next
	next := m.parts[gone].next
	m.parts[gone].rank = noRank
	m.parts[i].next = next
	m.parts[next].previous = i
	m.setRank(i, m.rank(s, i))
	if previous := m.parts[i].previous; previous >= 0 {
		m.setRank(previous, m.rank(s, previous))
	}
}

// rank looks up the rank of part i and the next one together.
func (m *heapMerger) rank(s string, i int32) int32 {
	next := m.parts[i].next
	if int(next) == len(s) {
		return noRank
	}
	return m.vocab.rank(s, int(i), int(m.parts[next].next))
}

func (m *heapMerger) setRank(i, rank int32) {
	m.parts[i].rank = rank
	if rank != noRank {
		m.heap.push(rank, i)
	}
}
