package rank

import (
	"container/heap"
	"slices"
)

// Smallest keeps the K things of smallest rank of all that are offered, in memory for K things however many are
// offered. Things are known by a number, such as the index of a row; of two with equal ranks the lower number goes
// first. The outcome does not depend on the order of the offers. Its zero value keeps nothing; set K before the first
// offer.
type Smallest struct {
	K    int
	kept ranked
}

// Offer hands in thing number i with its rank.
func (s *Smallest) Offer(rank uint64, i int) {
	e := entry{rank, i}
	switch {
	case len(s.kept) < s.K:
		heap.Push(&s.kept, e)
	case s.K > 0 && e.before(s.kept[0]):
		s.kept[0] = e
		heap.Fix(&s.kept, 0)
	}
}

// Numbers returns the numbers of the things kept, ascending.
func (s *Smallest) Numbers() []int {
	numbers := make([]int, 0, len(s.kept))
	for _, e := range s.kept {
		numbers = append(numbers, e.number)
	}
	slices.Sort(numbers)
	return numbers
}

type entry struct {
	rank   uint64
	number int
}

func (e entry) before(o entry) bool {
	return e.rank < o.rank || e.rank == o.rank && e.number < o.number
}

// ranked is a heap with the largest rank on top, the next one to give way.
type ranked []entry

func (r ranked) Len() int           { return len(r) }
func (r ranked) Less(i, j int) bool { return r[j].before(r[i]) }
func (r ranked) Swap(i, j int)      { r[i], r[j] = r[j], r[i] }
func (r *ranked) Push(x any)        { *r = append(*r, x.(entry)) }
func (r *ranked) Pop() any {
	last := (*r)[len(*r)-1]
	*r = (*r)[:len(*r)-1]
	return last
}
