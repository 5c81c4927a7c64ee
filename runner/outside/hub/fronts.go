package hub

import "slices"

// mostFronts is how many places of a file may be read onward from side by side, such as the columns of a table.
const mostFronts = 8

// fronts remember where reads ended, the one used last at the end, and how many blocks were fetched in order up to there.
type fronts []front

type front struct{ next, run int }

// mostUnasked is how many bytes that nobody asked for are read at a time: before what is asked for, rather than asking anew
// behind a gap, and ahead of it. It may be no more than was read in order up to there, so that scattered reads stay apart.
const mostUnasked = 1 << 20

// before returns the front from which a block is reached over a gap of at most so many blocks, or the block itself.
func (f fronts) before(block, most int) int {
	from := block
	for _, one := range f {
		if gap := block - one.next; gap >= 0 && gap <= min(most, one.run) {
			from = min(from, one.next)
		}
	}
	return from
}

// run returns how many blocks were fetched in order up to a block.
func (f fronts) run(block int) int {
	if i := f.at(block); i >= 0 {
		return f[i].run
	}
	return 0
}

func (f fronts) at(block int) int {
	return slices.IndexFunc(f, func(one front) bool { return one.next == block })
}

// advance notes that n blocks were fetched from a block on.
func (f *fronts) advance(block, n int) {
	run := f.run(block) + n
	if i := f.at(block); i >= 0 {
		*f = slices.Delete(*f, i, i+1)
	} else if len(*f) == mostFronts {
		*f = slices.Delete(*f, 0, 1)
	}
	*f = append(*f, front{block + n, run})
}
