package compare

import (
	"cmp"
	"slices"
)

// A Spread says how values are spread. Each is a value that occurs: percentile p is the smallest that at least p in
// 100 of the values do not exceed (nearest rank).
type Spread struct {
	P5  int `json:"p5"`
	P25 int `json:"p25"`
	P50 int `json:"p50"`
	P75 int `json:"p75"`
	P95 int `json:"p95"`
	Max int `json:"max"`
}

// SpreadOf values, which it sorts; nil for none.
func SpreadOf(values []int32) *Spread {
	if len(values) == 0 {
		return nil
	}
	slices.Sort(values)
	at := func(p int) int { return int(Percentile(values, p)) }
	return &Spread{P5: at(5), P25: at(25), P50: at(50), P75: at(75), P95: at(95), Max: at(100)}
}

// Percentile of values that are sorted, at least one, by nearest rank; p from 1 to 100.
func Percentile[T cmp.Ordered](sorted []T, p int) T {
	return sorted[(p*len(sorted)+99)/100-1]
}
