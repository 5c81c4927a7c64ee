package tokens

import (
	"math"
	"sync"
	"unicode/utf8"
)

// A Counter counts the tokens of texts in one encoding. Load makes it. It may be used by many goroutines at once,
// which share the vocabulary and nothing else.
type Counter struct {
	scan  scanner
	vocab *vocabulary
	idle  sync.Pool // of *merger, one for each call that runs at the same time
}

// Count returns the number of tokens of the text. Special tokens such as <|endoftext|> are counted as the plain text
// that they are, and each byte that is not part of valid UTF-8 as U+FFFD.
func (c *Counter) Count(text string) int {
	n, _ := c.CountUpTo(text, math.MaxInt)
	return n
}

// CountUpTo counts like Count, but stops as soon as the count is past max. If exact is true, the whole text was counted
// and n is what Count returns, which can be past max too; otherwise n > max, and the text has at least n tokens.
func (c *Counter) CountUpTo(text string, max int) (n int, exact bool) {
	if !utf8.ValidString(text) {
		text = string([]rune(text))
	}
	m := c.merger()
	defer c.idle.Put(m)
	start := 0
	for start < len(text) && n <= max {
		end := c.scan(text, start)
		if c.vocab.has(text, start, end) {
			n++
		} else {
			n += m.tokens(text[start:end])
		}
		start = end
	}
	return n, start == len(text)
}

func (c *Counter) merger() *merger {
	if m, ok := c.idle.Get().(*merger); ok {
		return m
	}
	return &merger{vocab: c.vocab}
}
