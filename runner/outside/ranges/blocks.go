package ranges

import "slices"

// blocks keeps the blocks of a file that were used last.
type blocks struct {
	most  int
	data  map[int][]byte
	order []int // numbers, the one used last at the end
}

func newBlocks(most int) *blocks {
	return &blocks{most: max(most, 2), data: map[int][]byte{}}
}

// get returns a block, or nil.
func (b *blocks) get(i int) []byte {
	block := b.data[i]
	if block != nil && b.order[len(b.order)-1] != i {
		at := slices.Index(b.order, i)
		b.order = append(slices.Delete(b.order, at, at+1), i)
	}
	return block
}

func (b *blocks) put(i int, block []byte) {
	if len(b.order) == b.most {
		delete(b.data, b.order[0])
		b.order = slices.Delete(b.order, 0, 1)
	}
	b.data[i] = block
	b.order = append(b.order, i)
}
