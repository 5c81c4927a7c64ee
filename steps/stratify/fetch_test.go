package stratify

import "testing"

func TestRowsHeldAreBounded(t *testing.T) {
	picks := []pick{{candidate: candidate{Length: 5}}, {candidate: candidate{Length: 4}}, {candidate: candidate{Length: 9}}}
	for limit, want := range map[int]int{1: 1, 8: 1, 9: 2, 17: 2, 18: 3} {
		if got := fitting(picks, limit); got != want {
			t.Errorf("limit %d: %d rows, want %d", limit, got, want)
		}
	}
}
