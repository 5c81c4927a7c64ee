package tokens

import (
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"
)

func TestSeams(t *testing.T) {
	c, err := Load("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"这|个|问题|很|简|单", "使|う", "😀|👍|🔥", "naï|ve", "word", "слово"} {
		text := strings.ReplaceAll(want, "|", "")
		var got []string
		start := 0
		for _, end := range append(seams(c.vocab, text), len(text)) {
			got = append(got, text[start:end])
			start = end
		}
		if strings.Join(got, "|") != want {
			t.Errorf("stretches %q, want %q", got, want)
		}
	}
}

func seams(v *vocabulary, text string) []int {
	var list []int
	for i := v.bridges.seam(text, 0); i < len(text); i = v.bridges.seam(text, i) {
		list = append(list, i)
	}
	return list
}

// No seam lies within a token, wherever the token begins and ends within characters.
func TestNoTokenLiesAcrossASeam(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, encoding := range Encodings() {
		c, err := Load(encoding)
		if err != nil {
			t.Fatal(err)
		}
		for token := range vocabularyOf(t, encoding) {
			text, start, ok := whole(token)
			if !ok {
				continue
			}
			for _, seam := range seams(c.vocab, text) {
				if start < seam && seam < start+len(token) {
					t.Errorf("%s: a seam at %d of %q, across which lies %q", encoding, seam, text, token)
				}
			}
		}
	}
}

// Texts around tokens that hold a part of a character only, counted with seams and without.
func TestSeamsChangeNoCount(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, encoding := range Encodings() {
		c, err := Load(encoding)
		if err != nil {
			t.Fatal(err)
		}
		var texts []string
		for token := range vocabularyOf(t, encoding) {
			if text, _, ok := whole(token); ok && text != token {
				texts = append(texts, text)
			}
		}
		slices.Sort(texts)
		random := rand.New(rand.NewPCG(5, 6))
		m, byHeap := &merger{vocab: c.vocab}, &heapMerger{}
		for range 20_000 {
			text := randomOf(random, texts, 1+random.IntN(60))
			if got, want := m.tokens(text), byHeap.merge(c.vocab, text); got != want {
				t.Errorf("%s: %d tokens with seams, %d without, in %q", encoding, got, want, text)
			}
		}
	}
}

// whole completes the characters at both ends of a token and returns where it starts then. A byte that is in no text
// cannot be completed.
func whole(token string) (text string, start int, ok bool) {
	for _, before := range []string{"", "\xc3", "\xe4", "\xe4\xb8", "\xf0", "\xf0\x9f", "\xf0\x9f\x98"} {
		for _, after := range []string{"", "\x80", "\xa0", "\x90", "\xa0\x80", "\x80\x80", "\x90\x80", "\x80\x80\x80", "\x90\x80\x80"} {
			if text := before + token + after; utf8.ValidString(text) {
				return text, len(before), true
			}
		}
	}
	return "", 0, false
}
