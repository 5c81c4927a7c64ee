package tokens

import (
	"fmt"
	"strings"
	"testing"
)

// A merge of n bytes takes O(n log n) because at most n entries go into the heap at first and two with each of at most
// n joins. A piece that is one token in the end is the worst case: every byte but one is joined.
func TestMergeWorkIsBounded(t *testing.T) {
	c, err := Load("o200k_base")
	if err != nil {
		t.Fatal(err)
	}
	for _, piece := range []string{
		strings.Repeat("a", 10_000), strings.Repeat("ab", 5_000), strings.Repeat(" ", 10_000), " internationalization",
	} {
		m := &heapMerger{vocab: c.vocab}
		m.split(piece)
		pops := 0
		for ; len(m.heap) > 0; pops++ {
			if rank, i := m.heap.pop(); m.parts[i].rank == rank {
				m.join(piece, i)
			}
		}
		if pops > 3*len(piece) {
			t.Errorf("%d heap entries for %d bytes of %.10q, want at most 3 for each byte", pops, len(piece), piece)
		}
	}
}

// More pieces than the cache has slots push one another out; each must still get its own count, the first time and
// when it comes back.
func TestCacheKeepsPiecesApart(t *testing.T) {
	c, err := Load("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	m, uncached := &merger{vocab: c.vocab}, &heapMerger{}
	for i := range 4 * cacheSlots {
		piece := fmt.Sprintf("%xqz%d", i*i, i%7)
		want := uncached.merge(c.vocab, piece)
		if first, again := m.tokens(piece), m.tokens(piece); first != want || again != want {
			t.Errorf("%q: %d tokens, then %d, want %d", piece, first, again, want)
		}
	}
}

func TestMergerGivesMemoryBack(t *testing.T) {
	c, err := Load("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	m := &heapMerger{}
	m.merge(c.vocab, string(make([]byte, 4*maxKept)))
	if cap(m.parts) > maxKept {
		t.Errorf("room for %d parts kept, want at most %d", cap(m.parts), maxKept)
	}
}
