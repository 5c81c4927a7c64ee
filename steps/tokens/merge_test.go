package tokens

import (
	"fmt"
	"testing"
)

// More pieces than the cache has slots push one another out; each must still get its own count, the first time and
// when it comes back.
func TestCacheKeepsPiecesApart(t *testing.T) {
	c, err := Load("cl100k_base")
	if err != nil {
		t.Fatal(err)
	}
	m, uncached := &merger{vocab: c.vocab}, &merger{vocab: c.vocab}
	for i := range 4 * cacheSlots {
		piece := fmt.Sprintf("%xqz%d", i*i, i%7)
		want := uncached.merge(piece)
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
	m := &merger{vocab: c.vocab}
	m.merge(string(make([]byte, 4*maxKept)))
	if cap(m.parts) > maxKept {
		t.Errorf("room for %d parts kept, want at most %d", cap(m.parts), maxKept)
	}
}
