package tokens

import "math"

const (
	windowSize = 256 // bytes that a window holds, more than the longest token and the overlap together
	blockSize  = 8   // pairs that share an entry of lowest
	noPair     = math.MaxUint32
)

// A window merges up to windowSize bytes.
//
// Merging asks again and again which two neighbours have the lowest rank, and of these which are the leftmost. So a part
// and the next one make a pair, which is a number: their rank above the index of their first byte. The pair to merge is
// the lowest number. The lowest of each block of eight is kept as well, so that to find the lowest of all, or to change
// one, takes a few comparisons of words that lie side by side, and no branch that depends on the text. Up to some
// hundred bytes this beats a heap, two to one.
type window struct {
	vocab *vocabulary
	text  string

	// A part is a token in the making. It stands in these arrays at the index of its first byte.
	next, previous [windowSize + 1]uint16
	pairs          [windowSize]uint32 // of the part and the next one; noPair if together they are no token
	lowest         [windowSize / blockSize]uint32
	blocks         int // how many of lowest the text needs
}

// merge returns the number of tokens of a text of two bytes or more. The first token ends at next[0], and previous leads
// from the end of the text to the beginnings of all.
func (w *window) merge(v *vocabulary, text string) int {
	w.vocab, w.text = v, text
	w.split()
	count := len(text)
	for {
		pair := w.first()
		if pair == noPair {
			return count
		}
		w.join(pair % windowSize)
		count--
	}
}

// split makes each byte a part.
func (w *window) split() {
	last := len(w.text) - 1
	w.blocks = last/blockSize + 1
	for i := range last + 1 {
		w.next[i] = uint16(i + 1)
		w.previous[i+1] = uint16(i)
	}
	for i := range last {
		w.pairs[i] = newPair(w.vocab.pairRank(w.text, i), uint32(i))
	}
	for i := last; i < w.blocks*blockSize; i++ {
		w.pairs[i] = noPair
	}
	for i := range w.blocks {
		w.choose(uint32(i * blockSize))
	}
}

func newPair(rank int32, i uint32) uint32 {
	if rank == noRank {
		return noPair
	}
	return uint32(rank)*windowSize + i
}

// first returns the pair to merge, or noPair.
func (w *window) first() uint32 {
	first := w.lowest[0]
	for _, pair := range w.lowest[1:w.blocks] {
		first = min(first, pair)
	}
	return first
}

// join merges part i with the next one.
func (w *window) join(i uint32) {
	gone := uint32(w.next[i])
	next := w.next[gone]
	w.next[i] = next
	w.previous[next] = uint16(i)
	w.pairs[gone] = noPair
	w.choose(gone)
	w.pairUp(i)
	if i > 0 {
		w.pairUp(uint32(w.previous[i]))
	}
}

// pairUp makes a pair of part i and the next one.
func (w *window) pairUp(i uint32) {
	w.pairs[i] = noPair
	if next := w.next[i]; int(next) < len(w.text) {
		w.pairs[i] = newPair(w.vocab.rank(w.text, int(i), int(w.next[next])), i)
	}
	w.choose(i)
}

// choose finds the lowest pair of the block of part i.
func (w *window) choose(i uint32) {
	b := (*[blockSize]uint32)(w.pairs[i&^(blockSize-1):])
	w.lowest[i/blockSize] = min(min(b[0], b[1], b[2], b[3]), min(b[4], b[5], b[6], b[7]))
}
