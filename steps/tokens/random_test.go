package tokens_test

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode"

	"sftrun.local/steps/tokens"
)

func TestRandomTexts(t *testing.T) {
	n := 10_000
	switch {
	case *exhaustive:
		n = 300_000
	case testing.Short():
		n = 1_000
	}
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		random := rand.New(rand.NewPCG(1, 2))
		for range n {
			compare(t, c, want, randomText(random))
		}
	})
}

// Pieces longer than a window, which tiktoken-go takes long for.
func TestRandomLongPieces(t *testing.T) {
	n := 100
	if *exhaustive {
		n = 5_000
	}
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		random := rand.New(rand.NewPCG(7, 8))
		for range n {
			letters := []rune("aabcdefghijklmnopqrstuvwxyzéжنन漢の한")
			random.Shuffle(len(letters), func(i, j int) { letters[i], letters[j] = letters[j], letters[i] })
			few := letters[:1+random.IntN(len(letters))]
			var b strings.Builder
			for size := 200 + random.IntN(600); b.Len() < size; {
				b.WriteRune(few[random.IntN(len(few))])
			}
			compare(t, c, want, b.String())
		}
	})
}

// alphabets are the characters of random texts, in equal shares: those that the patterns name, those of every class
// that they distinguish, whole words, any code point, and bytes that are no UTF-8.
var alphabets = []func(*rand.Rand) string{
	oneOf(" ", "  ", "\n", "\r\n", "\t", "\u00a0", "\u0085", "\u3000", "\u2028", "\v"),
	oneOf("'", "’", "'s", "'T", "'re", "'VE", "'m", "'lL", "'d", "'ſ", "'x", "/", "//", "\ufeff", "\u200b"),
	oneOf("a", "e", "l", "t", "s", "r", "v", "ing", "hello", " the", "tion", "xq", "zzzz"),
	oneOf("A", "B", "S", "HTTP", "Hello", "McDonald", "ǅ", "É", "Ω", "Ж"),
	oneOf("0", "7", "12", "2024", "½", "Ⅷ", "٣", "一"),
	oneOf(".", ",", "!!", "(", "```", "\\frac{", "$$", "→", "=", "🙂", "👩‍👩‍👧", "<|endoftext|>", "\x00"),
	oneOf("\u0301", "\u0308", "\u093e", "\u20dd", "e\u0301", "ʰ", "漢", "の", "한", "ب", "न"),
	oneOf("\xff", "\xe6\xbc", "\x80", "\xed\xa0\x80", "\xf5", "\xc0\xaf", "\ufffd"),
	fromTable(unicode.L), fromTable(unicode.M), fromTable(unicode.N), fromTable(unicode.P),
	func(r *rand.Rand) string { return string(rune(r.IntN(unicode.MaxRune + 1))) },
	func(r *rand.Rand) string { return string(rune(r.IntN(0x250))) },
}

// randomText joins up to 40 characters, each often from the same alphabet as the one before.
func randomText(r *rand.Rand) string {
	var b strings.Builder
	alphabet := alphabets[r.IntN(len(alphabets))]
	for range r.IntN(40) {
		if r.IntN(2) == 0 {
			alphabet = alphabets[r.IntN(len(alphabets))]
		}
		b.WriteString(alphabet(r))
	}
	return b.String()
}

func oneOf(list ...string) func(*rand.Rand) string {
	return func(r *rand.Rand) string { return list[r.IntN(len(list))] }
}

// fromTable picks a range of the table and a character of it.
func fromTable(table *unicode.RangeTable) func(*rand.Rand) string {
	ranges := slices.Clone(table.R32)
	for _, t := range table.R16 {
		ranges = append(ranges, unicode.Range32{Lo: uint32(t.Lo), Hi: uint32(t.Hi), Stride: uint32(t.Stride)})
	}
	return func(r *rand.Rand) string {
		t := ranges[r.IntN(len(ranges))]
		return string(rune(t.Lo + t.Stride*r.Uint32N((t.Hi-t.Lo)/t.Stride+1)))
	}
}
