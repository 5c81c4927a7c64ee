package tokens

import "unicode/utf8"

// A seam is a place between two characters where no token of the vocabulary can lie across: none holds the last bytes
// of the one and the first bytes of the other. Merging only ever makes tokens, so nothing is merged across a seam, and
// what lies left and right of it may be counted apart. Chinese, which has no spaces to end its pieces, has a seam after
// every character or two.

// bridges knows the pairs of neighbouring characters that are no seams. It may take a seam for none, which costs time
// and changes no count.
type bridges struct {
	// characters is a Bloom filter with one hash function, of the pairs of characters that a token holds in whole: at
	// most 21,000 in a million bits.
	characters [1 << 20 / 64]uint64

	// bytes is for tokens that hold a part of a character only, the few that begin or end within one. It has the two
	// bytes next to the place, of which there are 65,536 pairs.
	bytes [1 << 16 / 64]uint64
}

// add makes bridges of all places within a token, but for those that seam takes for bridges unseen.
func (b *bridges) add(token string) {
	for i := 1; i < len(token); i++ {
		if utf8.RuneStart(token[i]) && token[i-1]|token[i] >= utf8.RuneSelf {
			b.addPlace(token, i)
		}
	}
}

func (b *bridges) addPlace(token string, i int) {
	left, before := utf8.DecodeLastRuneInString(token[:i])
	right, after := utf8.DecodeRuneInString(token[i:])
	if broken(left, before) || broken(right, after) {
		setBit(b.bytes[:], bytesAround(token, i))
		return
	}
	setBit(b.characters[:], hashPair(left, right))
}

// broken reports whether decoding found no whole character.
func broken(r rune, size int) bool { return r == utf8.RuneError && size == 1 }

// cross reports whether a token may lie across s[i], between the characters left and right.
func (b *bridges) cross(s string, i int, left, right rune) bool {
	return hasBit(b.characters[:], hashPair(left, right)) || hasBit(b.bytes[:], bytesAround(s, i))
}

// seam returns the first seam behind s[i], or the end of s. Two characters of ASCII are taken for a bridge unseen: most
// are, and few words get shorter by the others.
func (b *bridges) seam(s string, i int) int {
	left, n := decode(s, i)
	for i += n; i < len(s); i += n {
		var right rune
		right, n = decode(s, i)
		if (left >= utf8.RuneSelf || right >= utf8.RuneSelf) && !b.cross(s, i, left, right) {
			return i
		}
		left = right
	}
	return len(s)
}

func hashPair(left, right rune) uint64 {
	return hashWord(uint64(left)<<32|uint64(right)) >> 44
}

func bytesAround(s string, i int) uint64 {
	return uint64(s[i-1])<<8 | uint64(s[i])
}

func setBit(bits []uint64, i uint64) { bits[i/64] |= 1 << (i % 64) }

func hasBit(bits []uint64, i uint64) bool { return bits[i/64]>>(i%64)&1 != 0 }
