package tokens

// A heap is a binary heap of parts, the one of the lowest rank first and of these the leftmost first. An entry is the
// rank in the high half of a word and the part's index in the low half, so that words compare as entries should.
type heap []uint64

func (h *heap) push(rank, index int32) {
	entry := uint64(rank)<<32 | uint64(index)
	i := len(*h)
	*h = append(*h, entry)
	for i > 0 && (*h)[(i-1)/2] > entry {
		(*h)[i] = (*h)[(i-1)/2]
		i = (i - 1) / 2
	}
	(*h)[i] = entry
}

func (h *heap) pop() (rank, index int32) {
	first := (*h)[0]
	last := len(*h) - 1
	entry := (*h)[last]
	*h = (*h)[:last]
	if last > 0 {
		h.sink(entry)
	}
	return int32(first >> 32), int32(first)
}

// sink puts the entry in the place of the first one and moves it down to where it belongs.
func (h *heap) sink(entry uint64) {
	s, i := *h, 0
	for {
		child := 2*i + 1
		if child+1 < len(s) && s[child+1] < s[child] {
			child++
		}
		if child >= len(s) || s[child] >= entry {
			break
		}
		s[i] = s[child]
		i = child
	}
	s[i] = entry
}
