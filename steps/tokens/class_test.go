package tokens

import (
	"math/bits"
	"testing"
	"unicode"
)

func TestClasses(t *testing.T) {
	fillClasses()
	for r := range rune(unicode.MaxRune + 1) {
		c := classes[r]
		if bits.OnesCount8(uint8(c)) != 1 {
			t.Fatalf("%U is of class %b, want exactly one bit", r, c)
		}
		for _, test := range []struct {
			set  class
			want bool
		}{
			{letter, unicode.IsLetter(r)},
			{number, unicode.IsNumber(r)},
			{space, unicode.IsSpace(r)},
			{mark, unicode.IsMark(r)},
			{lineBreak, r == '\r' || r == '\n'},
			{head, unicode.In(r, unicode.Lu, unicode.Lt, unicode.Lm, unicode.Lo, unicode.M)},
			{tail, unicode.In(r, unicode.Ll, unicode.Lm, unicode.Lo, unicode.M)},
		} {
			if got := c&test.set != 0; got != test.want {
				t.Fatalf("%U is of class %b, which is in %b: %t, want %t", r, c, test.set, got, test.want)
			}
		}
	}
}
