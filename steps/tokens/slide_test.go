package tokens

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

// Windows that slide over a stretch count what a heap counts on the whole of it.
func TestWindowsEqualTheHeap(t *testing.T) {
	if testing.Short() {
		t.Skip("takes long")
	}
	for _, encoding := range []string{"cl100k_base", "o200k_base", "r50k_base"} {
		c, err := Load(encoding)
		if err != nil {
			t.Fatal(err)
		}
		for _, s := range stretches() {
			checkWindows(t, c.vocab, s)
		}
	}
}

// stretches are long, without spaces: random ones of few and many characters, and ones that repeat themselves.
func stretches() []string {
	random := rand.New(rand.NewPCG(3, 4))
	var list []string
	for _, alphabet := range []string{
		"ab", "abc", "ACGT", "aeiou", "abcdefghijklmnopqrstuvwxyz", "01", "-=", " \t", "{}()[]\\$", "的一是不了在", "일이삼사",
		"абвгд", "ابتثج", "ありがとう", "👍🔥😀", "áéíó", "的a", "\x80\xe4\xb8\xff",
	} {
		letters := strings.Split(alphabet, "")
		list = append(list, randomOf(random, letters, 20_000), strings.Repeat(randomOf(random, letters, 2+random.IntN(20)), 500))
	}
	for _, unit := range []string{"a", "ab", "the", " ", "-", "=", "1", "的", "你好", "ー", "é", "😀", "аб", "\x00"} {
		list = append(list, strings.Repeat(unit, 20_000/len(unit)))
	}
	return append(list, base64.StdEncoding.EncodeToString([]byte(list[0])))
}

func randomOf(r *rand.Rand, letters []string, size int) string {
	var b strings.Builder
	for b.Len() < size {
		b.WriteString(letters[r.IntN(len(letters))])
	}
	return b.String()
}

func checkWindows(t *testing.T, v *vocabulary, s string) {
	t.Helper()
	var byWindows merger
	var byHeap heapMerger
	byWindows.vocab = v
	for _, s := range []string{s[:min(len(s), windowSize)], s[:min(len(s), windowSize+1)], s} {
		if len(s) < 2 {
			continue
		}
		if got, want := byWindows.merge(s), byHeap.merge(v, s); got != want {
			t.Errorf("%d tokens by windows, %d by the heap, in %d bytes of %.40q", got, want, len(s), s)
		}
	}
}

// In this vocabulary the end of a run of letters decides where all its tokens begin, so that a window which ends within
// a run finds others than the next one. The heap has the last word.
func TestWindowsThatDisagree(t *testing.T) {
	const letters = 201 // odd, so that the first letter of a whole run stays alone
	lines := bytesAsTokens()
	var run []byte
	for i := range letters {
		run = append(run, byte(i))
		if i > 0 {
			lines = append(lines, line([]byte{byte(i - 1), byte(i)}, 1000-i))
		}
	}
	v, err := parseVocabulary([]byte(strings.Join(lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	s := strings.Repeat(string(run), 10)
	if _, agreed := new(window).slide(v, s); agreed {
		t.Error("windows agree, so this test tests nothing")
	}
	if got, want := (&merger{vocab: v}).merge(s), 10*(letters+1)/2; got != want {
		t.Errorf("%d tokens, want %d", got, want)
	}
}

// A token that fills a whole window leaves nothing to share with the next one.
func TestTokenAsLongAsAWindow(t *testing.T) {
	lines := bytesAsTokens()
	for size := 2; size <= windowSize; size *= 2 {
		lines = append(lines, line([]byte(strings.Repeat("a", size)), 256+size))
	}
	v, err := parseVocabulary([]byte(strings.Join(lines, "")))
	if err != nil {
		t.Fatal(err)
	}
	if got := (&merger{vocab: v}).merge(strings.Repeat("a", 10*windowSize)); got != 10 {
		t.Errorf("%d tokens, want 10", got)
	}
}

func bytesAsTokens() []string {
	var lines []string
	for i := range 256 {
		lines = append(lines, line([]byte{byte(i)}, i))
	}
	return lines
}

func line(token []byte, rank int) string {
	return fmt.Sprintf("%s %d\n", base64.StdEncoding.EncodeToString(token), rank)
}

func FuzzWindows(f *testing.F) {
	for _, s := range []string{"a", "ab", " \t", "的一", "=-", "antidisestablishmentarianism", "\xe4\xb8"} {
		f.Add(s, s+"x")
	}
	f.Fuzz(func(t *testing.T, unit, end string) {
		if len(unit) == 0 || len(unit)+len(end) > 4096 {
			t.Skip()
		}
		for _, encoding := range Encodings() {
			c, err := Load(encoding)
			if err != nil {
				t.Fatal(err)
			}
			checkWindows(t, c.vocab, strings.Repeat(unit, 1+1000/len(unit))+end)
		}
	})
}
