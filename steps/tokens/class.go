package tokens

import (
	"sync"
	"unicode"
	"unicode/utf8"
)

// A class is a set of characters, as one bit or several. The eight sets of one bit are all that the patterns of the
// encodings can tell apart; every character is in exactly one of them.
type class uint8

const (
	other     class = 1 << iota // none of the below: punctuation, symbols, controls, U+FFFD, unassigned
	upper                       // \p{Lu}, \p{Lt}
	lower                       // \p{Ll}
	caseless                    // \p{Lm}, \p{Lo}
	mark                        // \p{M}
	number                      // \p{N}
	blank                       // \s without the line breaks below
	lineBreak                   // \r and \n
)

const (
	letter = upper | lower | caseless // \p{L}
	symbol = other | mark             // [^\s\p{L}\p{N}]
	space  = blank | lineBreak        // \s
	head   = upper | caseless | mark  // [\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}], in front of a word's small letters
	tail   = lower | caseless | mark  // [\p{Ll}\p{Lm}\p{Lo}\p{M}], from a word's first small letter on
)

// classes holds the class of every code point. fillClasses must have run before it is read. A flat array costs one
// load for each character, and filling it at run time keeps it out of the binary.
var classes [unicode.MaxRune + 1]class

// fillClasses builds classes from the tables of package unicode, which are those that regexp2 reads too.
var fillClasses = sync.OnceFunc(func() {
	for r := range classes {
		classes[r] = other
	}
	fill(unicode.Lu, upper)
	fill(unicode.Lt, upper)
	fill(unicode.Ll, lower)
	fill(unicode.Lm, caseless)
	fill(unicode.Lo, caseless)
	fill(unicode.M, mark)
	fill(unicode.N, number)
	fill(unicode.White_Space, blank)
	classes['\r'] = lineBreak
	classes['\n'] = lineBreak
})

func fill(t *unicode.RangeTable, c class) {
	for _, r := range t.R16 {
		fillRange(uint32(r.Lo), uint32(r.Hi), uint32(r.Stride), c)
	}
	for _, r := range t.R32 {
		fillRange(r.Lo, r.Hi, r.Stride, c)
	}
}

func fillRange(lo, hi, stride uint32, c class) {
	for r := lo; r <= hi; r += stride {
		classes[r] = c
	}
}

// classAt returns the class and the length in bytes of the character at s[i].
func classAt(s string, i int) (class, int) {
	r, n := decode(s, i)
	return classes[r], n
}

// decode returns the character at s[i] and its length in bytes. It trusts that s is valid UTF-8, as Count has made sure,
// and is faster for it than package utf8.
func decode(s string, i int) (r rune, size int) {
	switch b := s[i]; {
	case b < 0x80:
		return rune(b), 1
	case b < 0xe0:
		return rune(b&0x1f)<<6 | rest(s, i+1), 2
	case b < 0xf0:
		return rune(b&0xf)<<12 | rest(s, i+1)<<6 | rest(s, i+2), 3
	default:
		return rune(b&0x7)<<18 | rest(s, i+1)<<12 | rest(s, i+2)<<6 | rest(s, i+3), 4
	}
}

// rest returns the six bits that a byte adds to a character.
func rest(s string, i int) rune { return rune(s[i] & 0x3f) }

// run returns the end of the longest run of characters of the set that begins at s[i].
func run(s string, i int, set class) int {
	for i < len(s) {
		if b := s[i]; b < utf8.RuneSelf {
			if classes[b]&set == 0 {
				break
			}
			i++
			continue
		}
		c, n := classAt(s, i)
		if c&set == 0 {
			break
		}
		i += n
	}
	return i
}
