package tokens_test

import (
	"strings"
	"sync"
	"testing"

	"pgregory.net/rapid"

	"sftrun.local/steps/tokens"
)

// The counts of OpenAI's cookbook ("How to count tokens with tiktoken") and of tiktoken itself for the others.
func TestKnownCounts(t *testing.T) {
	for _, test := range []struct {
		text                string
		r50k, cl100k, o200k int
	}{
		{"", 0, 0, 0},
		{"antidisestablishmentarianism", 5, 6, 6},
		{"2 + 2 = 4", 5, 7, 7},
		{"お誕生日おめでとう", 14, 9, 8},
		{"<|endoftext|>", 7, 7, 7},
	} {
		for encoding, want := range map[string]int{
			"r50k_base": test.r50k, "cl100k_base": test.cl100k, "o200k_base": test.o200k,
		} {
			c, _ := load(t, encoding)
			if got := c.Count(test.text); got != want {
				t.Errorf("%s: Count(%q) = %d, want %d", encoding, test.text, got, want)
			}
		}
	}
}

// corners are texts at which a scanner or a merge is easily wrong.
var corners = []string{
	"I'm you're he'S WE'LL they'Ve I'D 'tis rock 'n' roll 'LL'l'", "'ſ 'ſ", "x'", "'", "''s",
	"CamelCase HTTPServer XMLHttpRequest iPhone ǅungla ABC'def aB'S", "漢ABC漢abc漢A", "ÀÉÎ éàü",
	"  two", "   three\n", "\n\n  \n x", "\t\tx", "x \n", "a\r\n\r\nb", " \u00a0x", "\u3000漢", "\u0085\u0085a", "end  ",
	"1 12 123 1234 12345", "½⅓Ⅷ٣٤٥٦", "3.14159", "v1.2.3", " 42", "１２３４",
	"path/to//file", "!!!\n\n//x", "...\r\n", " -- ", "$$\\frac{a}{b}$$", "foo(bar)[0]; // x\n\t}", "!\u0301a", "! \u0301",
	"\u0301", "\u0301\u0301A", "e\u0301a\u0301", " \u0301b", "\u0301ABC", "नमस्ते", "สวัสดี", "👩‍👩‍👧 🙂🙂", "\u200b\u200d\ufeff",
	"<|endoftext|>", "<|im_start|>user\n<|im_end|>", "<|fim_prefix|><|endofprompt|>",
	"\xff", "a\x80b", "\xe6\xbc", "\xed\xa0\x80", "ok \xf0\x9f\x99 no", "\xff\xff\xff\xff", "\ufffd", "\x00\x00", "\x80",
	strings.Repeat("x", 500), strings.Repeat(" ", 300) + "x", strings.Repeat("ab", 100), strings.Repeat("漢字", 60),
}

func TestCorners(t *testing.T) {
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		for _, text := range corners {
			compare(t, c, want, text)
		}
	})
}

func TestSamples(t *testing.T) {
	eachEncoding(t, func(t *testing.T, c *tokens.Counter, want oracle) {
		for _, name := range samples {
			compare(t, c, want, readSample(t, name))
		}
	})
}

// A megabyte of one letter is a single piece, which keeps a quadratic merge busy until the test times out. Its count
// follows from that of a shorter run, because runs of the length of the longest token merge alike.
func TestOneLongPiece(t *testing.T) {
	const short, times = 2048, 512
	for _, encoding := range []string{"cl100k_base", "o200k_base", "r50k_base"} {
		c, want := load(t, encoding)
		got := c.Count(strings.Repeat("a", short*times))
		if unit := want(strings.Repeat("a", short)); got != unit*times {
			t.Errorf("%s: Count of a megabyte = %d, want %d", encoding, got, unit*times)
		}
	}
}

func TestCountUpTo(t *testing.T) {
	c, _ := load(t, "o200k_base")
	rapid.Check(t, func(t *rapid.T) {
		text := rapid.String().Draw(t, "text")
		max := rapid.IntRange(-1, 2*len(text)).Draw(t, "max")
		all := c.Count(text)
		n, exact := c.CountUpTo(text, max)
		switch {
		case exact && n != all:
			t.Errorf("CountUpTo = %d exactly, but Count = %d", n, all)
		case !exact && (n <= max || n > all):
			t.Errorf("CountUpTo = at least %d, want more than %d and at most %d", n, max, all)
		}
	})
}

func TestCountUpToStopsEarly(t *testing.T) {
	c, _ := load(t, "cl100k_base")
	n, exact := c.CountUpTo(strings.Repeat("one two\n", 1_000), 10)
	if n != 11 || exact {
		t.Errorf("CountUpTo = %d, %t, want 11, false", n, exact)
	}
}

func TestManyGoroutines(t *testing.T) {
	c, _ := load(t, "cl100k_base")
	texts := append([]string{readSample(t, "prose"), readSample(t, "chinese")}, corners...)
	var want []int
	for _, text := range texts {
		want = append(want, c.Count(text))
	}
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			for i, text := range texts {
				if got := c.Count(text); got != want[i] {
					t.Errorf("Count = %d beside other goroutines, %d alone, of %.80q", got, want[i], text)
				}
			}
		})
	}
	group.Wait()
}

func FuzzCount(f *testing.F) {
	for _, text := range corners {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		if len(text) > 1024 {
			t.Skip("tiktoken-go takes time quadratic in the length of a piece")
		}
		for _, encoding := range tokens.Encodings() {
			c, want := load(t, encoding)
			compare(t, c, want, text)
		}
	})
}
