package stratify

import (
	"maps"
	"math"
	"math/bits"
	"slices"

	"sftrun.local/steps/rank"
)

// Weights count in units of a billionth, so that shares compare as whole numbers, exactly and on every machine alike.
const (
	weightUnit = 1e-9
	maxWeight  = 1_000_000_000
)

// divide gives each stratum its number of rows. There holds the rows of each stratum that came in.
//
// Fixed quotas come first. The rest of the target is given away one row at a time, each to the stratum with the largest
// weight ÷ (2 × rows given so far + 1) that has not reached its cap and has rows left, equal ones by name: the divisor
// method of Webster and Sainte-Laguë (Balinski and Young, Fair Representation, 1982, chapter 4 and appendix A), here
// with upper bounds. As row number n + 1 is given after n rows are, a larger target never takes a row away. With equal
// weights the method goes round the strata. Less than the target is given if caps or rows run out.
func divide(target int, there map[string]int, shares map[string]share) map[string]int {
	quotas := map[string]int{}
	var open rank.Heap[claim]
	for _, stratum := range slices.Sorted(maps.Keys(there)) {
		s := shares[stratum]
		if s.Quota != nil {
			quotas[stratum] = min(*s.Quota, there[stratum])
			target -= quotas[stratum]
			continue
		}
		quotas[stratum] = 0
		if c := s.claim(stratum, there[stratum]); c.weight > 0 && c.most > 0 {
			open.Push(c)
		}
	}
	for ; target > 0 && len(open) > 0; target-- {
		first := &open[0]
		first.given++
		quotas[first.stratum] = first.given
		if first.given == first.most {
			open.Pop()
		} else {
			open.Fix()
		}
	}
	return quotas
}

// A claim is a stratum's claim to the next row.
type claim struct {
	stratum string
	weight  uint64 // billionths
	given   int    // rows so far
	most    int    // rows that it can take
}

func (s share) claim(stratum string, there int) claim {
	c := claim{stratum: stratum, weight: 1 / weightUnit, most: there}
	if s.Weight != nil {
		c.weight = uint64(math.Round(*s.Weight / weightUnit))
	}
	if s.Cap != nil {
		c.most = min(there, *s.Cap)
	}
	return c
}

// Before says whether c gets a row before o does.
func (c claim) Before(o claim) bool {
	high, low := bits.Mul64(c.weight, uint64(2*o.given+1))
	otherHigh, otherLow := bits.Mul64(o.weight, uint64(2*c.given+1))
	switch {
	case high != otherHigh:
		return high > otherHigh
	case low != otherLow:
		return low > otherLow
	}
	return c.stratum < o.stratum
}
