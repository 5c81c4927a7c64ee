package tokens

// firstOfThree is the lowest byte that begins a character of three bytes or more.
const firstOfThree = 0xe0

// singles holds the number of tokens of every character of three bytes, which may be 1 to 3, when it stands alone. These
// are U+0800 to U+FFFF, and with them nearly all that Chinese, Japanese and Korean are written in. It is small beside
// the tables of tokens, and stays in the processor's caches.
type singles [1 << 16]uint8

func (s *singles) fill(v *vocabulary) {
	for r := rune(0x800); int(r) < len(s); r++ {
		s[r] = countSingle(v, string(r))
	}
}

// countSingle merges three bytes: into one token, or else two of them into one, if they are one.
func countSingle(v *vocabulary, c string) uint8 {
	switch {
	case v.has(c, 0, len(c)):
		return 1
	case v.pairRank(c, 0) != noRank || v.pairRank(c, 1) != noRank:
		return 2
	}
	return 3
}
