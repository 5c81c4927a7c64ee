package rank

import "slices"

// Smallest keeps the K things of smallest rank of all that are offered, in memory for K things however many are
// offered. Things are known by a number, such as the index of a row; of two with equal ranks the lower number goes
// first. The outcome does not depend on the order of the offers. Its zero value keeps nothing; set K before the first
// offer.
type Smallest struct {
	K    int
	kept Heap[entry] // the largest first, the next one to give way
}

// Offer hands in thing number i with its rank.
func (s *Smallest) Offer(rank uint64, i int) {
	e := entry{rank, i}
	switch {
	case len(s.kept) < s.K:
		s.kept.Push(e)
	case s.K > 0 && s.kept[0].Before(e):
		s.kept[0] = e
		s.kept.Fix()
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

// Before puts the larger rank first.
func (e entry) Before(o entry) bool {
	return e.rank > o.rank || e.rank == o.rank && e.number > o.number
}
