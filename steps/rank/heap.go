package rank

// A Heap keeps things such that the one that comes before all others is the first of the slice. Its zero value is
// empty (Williams, Algorithm 232: Heapsort, 1964).
type Heap[T interface{ Before(T) bool }] []T

// Push adds a thing.
func (h *Heap[T]) Push(x T) {
	*h = append(*h, x)
	s := *h
	for i := len(s) - 1; i > 0; {
		above := (i - 1) / 2
		if !s[i].Before(s[above]) {
			return
		}
		s[i], s[above] = s[above], s[i]
		i = above
	}
}

// Fix restores the order after the first thing was changed.
func (h Heap[T]) Fix() {
	for i := 0; ; {
		first := i
		for _, below := range [2]int{2*i + 1, 2*i + 2} {
			if below < len(h) && h[below].Before(h[first]) {
				first = below
			}
		}
		if first == i {
			return
		}
		h[i], h[first] = h[first], h[i]
		i = first
	}
}

// Pop removes the first thing.
func (h *Heap[T]) Pop() {
	last := len(*h) - 1
	(*h)[0] = (*h)[last]
	*h = (*h)[:last]
	h.Fix()
}
