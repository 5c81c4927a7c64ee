package tokens_test

import (
	"maps"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"sftrun.local/steps/tokens"
)

// Every character where the patterns might treat it in its own way: alone, twice, and beside each class of character.
func TestCharacters(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	characters := boundaries()
	if *exhaustive {
		characters = everyRune
	}
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		for r := range characters {
			compare(t, c, want, around(string(r)))
		}
	})
}

// around joins the contexts of a character.
func around(r string) string {
	return strings.Join([]string{
		r, r + r, "a" + r + "b", "A" + r + "A", "aB" + r, "1" + r + "2", " " + r, "  " + r + " ", "." + r + ".",
		"'" + r + "e", "e\u0301" + r, "\u0301" + r + "A", "漢" + r + "字", "\n" + r + "\r\n",
	}, "\n.\n")
}

// boundaries are the first and last characters of the ranges of all categories of Unicode, and those next to them.
func boundaries() func(func(rune) bool) {
	set := map[rune]bool{}
	for _, table := range unicode.Categories {
		for _, r := range table.R16 {
			addBounds(set, rune(r.Lo), rune(r.Hi))
		}
		for _, r := range table.R32 {
			addBounds(set, rune(r.Lo), rune(r.Hi))
		}
	}
	return slices.Values(slices.Sorted(maps.Keys(set)))
}

func addBounds(set map[rune]bool, lo, hi rune) {
	for _, r := range []rune{lo - 1, lo, hi, hi + 1} {
		if utf8.ValidRune(r) {
			set[r] = true
		}
	}
}

func everyRune(yield func(rune) bool) {
	for r := range rune(unicode.MaxRune + 1) {
		if utf8.ValidRune(r) && !yield(r) {
			return
		}
	}
}

// What is no UTF-8 counts as U+FFFD, byte by byte: all pairs of bytes, and characters that are cut off, longer than
// they need be, halves of UTF-16, or beyond the last one.
func TestInvalidUTF8(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	texts := []string{
		"\xc3", "\xe6\xbc", "\xe6", "\xf0\x9f\x99", "\xf0\x9f", "\xf0", // cut off
		"\xc0\x80", "\xc1\xbf", "\xe0\x80\x80", "\xe0\x9f\xbf", "\xf0\x80\x80\x80", "\xf0\x8f\xbf\xbf", // too long
		"\xed\xa0\x80", "\xed\xbf\xbf", "\xed\xa0\xbd\xed\xb9\x82", // halves
		"\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xf8\x88\x80\x80\x80", "\xfe", "\xff\xff\xff", // beyond
		strings.Repeat("\x80", 1000), "\ufffd\xff\ufffd",
	}
	for i := range 1 << 16 {
		if pair := string([]byte{byte(i >> 8), byte(i)}); !utf8.ValidString(pair) {
			texts = append(texts, pair)
		}
	}
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		for _, text := range texts {
			compare(t, c, want, text+"a "+text+"漢"+text)
		}
	})
}
