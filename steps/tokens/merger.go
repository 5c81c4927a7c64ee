package tokens

// A merger counts the tokens of pieces that are no tokens themselves, for one goroutine at a time.
type merger struct {
	vocab  *vocabulary
	cache  cache
	window window
	heap   heapMerger
}

// tokens returns the number of tokens of a piece of two bytes or more that is not a token.
func (m *merger) tokens(piece string) int {
	if isASCII(piece) {
		return m.stretch(piece)
	}
	count := 0
	for start := 0; start < len(piece); {
		end := m.vocab.bridges.seam(piece, start)
		count += m.between(piece, start, end)
		start = end
	}
	return count
}

// between returns the number of tokens of s[i:j], which lies between two seams.
func (m *merger) between(s string, i, j int) int {
	switch {
	case j-i == 3 && s[i] >= firstOfThree:
		r, _ := decode(s, i)
		return int(m.vocab.singles[r])
	case m.vocab.has(s, i, j):
		return 1
	}
	return m.stretch(s[i:j])
}

// stretch returns the number of tokens of two bytes or more that are not one token.
func (m *merger) stretch(s string) int {
	if len(s) > maxCached {
		return m.merge(s)
	}
	slot := m.cache.slot(s)
	if !slot.holds(s) {
		slot.set(s, m.merge(s))
	}
	return int(slot.tokens)
}

func (m *merger) merge(s string) int {
	if len(s) <= windowSize {
		return m.window.merge(m.vocab, s)
	}
	if count, agreed := m.window.slide(m.vocab, s); agreed {
		return count
	}
	return m.heap.merge(m.vocab, s)
}

// isASCII reports whether a text of two bytes or more holds nothing but ASCII.
func isASCII(s string) bool {
	const high = 0x8080808080808080 // the bits that tell, of eight bytes
	n := len(s)
	if n < 8 {
		return pack(s)&(high>>8) == 0
	}
	bits := load64(s, n-8)
	for i := 0; i+8 < n; i += 8 {
		bits |= load64(s, i)
	}
	return bits&high == 0
}
