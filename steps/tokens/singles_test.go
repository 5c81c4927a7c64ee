package tokens

import (
	"testing"
	"unicode/utf8"
)

func TestSinglesEqualTheHeap(t *testing.T) {
	for _, encoding := range Encodings() {
		c, err := Load(encoding)
		if err != nil {
			t.Fatal(err)
		}
		var byHeap heapMerger
		for r := rune(0x800); r < 1<<16; r++ {
			if !utf8.ValidRune(r) {
				continue
			}
			if got, want := int(c.vocab.singles[r]), byHeap.merge(c.vocab, string(r)); got != want {
				t.Errorf("%s: %d tokens of %q, want %d", encoding, got, r, want)
			}
		}
	}
}
