package tokens

// overlap is the least number of bytes that two windows share. What follows a token at such a distance hardly ever
// changes it: in all texts tried, no two windows have disagreed.
const overlap = 32

// slide counts the tokens of a stretch of more than windowSize bytes, window by window, in time that grows as the
// stretch and memory that does not. Each window begins at a token of the one before and has to find the same token
// there; package tokens says why the counts are exact then. Where a window finds another token, slide gives up, and
// agreed is false.
func (w *window) slide(v *vocabulary, s string) (count int, agreed bool) {
	start, size := 0, 0 // of the token that two windows share
	for {
		end := min(start+windowSize, len(s))
		found := w.merge(v, s[start:end])
		if start > 0 && int(w.next[0]) != size {
			return 0, false
		}
		if end == len(s) {
			return count + found, true
		}
		before, shared := w.share(found)
		if shared == 0 {
			return 0, false
		}
		count += before
		start, size = start+shared, int(w.next[shared])-shared
	}
}

// share returns where the last token begins that leaves room for the overlap, and the number of tokens before it, of
// those found in a full window.
func (w *window) share(found int) (before, shared int) {
	before, shared = found, windowSize
	for shared > windowSize-overlap {
		shared = int(w.previous[shared])
		before--
	}
	return before, shared
}
