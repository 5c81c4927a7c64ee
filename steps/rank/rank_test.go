package rank_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"sftrun.local/steps/rank"
)

// The vectors were computed with Python's hashlib from the text of Hash's comment.
func TestHashNeverChanges(t *testing.T) {
	for _, v := range []struct {
		seed  int64
		parts []string
		want  uint64
	}{
		{0, nil, 0x374708fff7719dd5},
		{42, []string{""}, 0xd8c6127c1cb3c895},
		{42, []string{"a"}, 0xf44cc5e20836560d},
		{-1, []string{"a"}, 0x9d2b450c472191b7},
		{42, []string{"ab", "c"}, 0xa79cb795b6606745},
		{42, []string{"a", "bc"}, 0xacbd0adad85a31c8},
		{42, []string{"train-00003-of-00012.parquet", "2999"}, 0xd5b24bad418ccd0e},
		{42, []string{"思考"}, 0x721ecf50a8be3eca},
	} {
		if got := rank.Hash(v.seed, v.parts...); got != v.want {
			t.Errorf("Hash(%d, %q) = %#x, want %#x", v.seed, v.parts, got, v.want)
		}
	}
}

// choose returns the k of n numbers that a seed chooses.
func choose(seed int64, n, k int) []int {
	s := rank.Smallest{K: k}
	for i := range n {
		s.Offer(rank.Hash(seed, "shard", strconv.Itoa(i)), i)
	}
	return s.Numbers()
}

// Over many seeds each number must be chosen equally often. Of n numbers k are drawn without replacement, so the
// statistic is divided by the share not drawn to follow chi-square with n-1 degrees of freedom.
func TestChoiceIsUniform(t *testing.T) {
	const n, k, seeds = 20, 5, 8000
	chosen := make([]float64, n)
	for seed := range int64(seeds) {
		for _, i := range choose(seed, n, k) {
			chosen[i]++
		}
	}
	const expected = float64(seeds) * k / n
	chi2 := 0.0
	for _, c := range chosen {
		chi2 += (c - expected) * (c - expected) / expected
	}
	chi2 *= float64(n-1) / float64(n-k)
	if chi2 < 4.91 || chi2 > 43.8 { // 0.05 % and 99.9 % of chi-square with 19 degrees of freedom
		t.Errorf("chi-square %.1f over %v: not uniform, or more even than chance", chi2, chosen)
	}
}

func TestTopBitsAreUniform(t *testing.T) {
	const cells, n = 256, 100_000
	var counts [cells]float64
	for i := range n {
		counts[rank.Hash(42, strconv.Itoa(i))>>56]++
	}
	chi2 := 0.0
	for _, c := range counts {
		chi2 += (c - n/cells) * (c - n/cells) / (n / cells)
	}
	if chi2 < 190 || chi2 > 331 { // 0.1 % and 99.9 % of chi-square with 255 degrees of freedom
		t.Errorf("chi-square %.1f of the first byte", chi2)
	}
}

func TestChoosingMoreOnlyAdds(t *testing.T) {
	for k := range 60 {
		fewer, more := choose(7, 50, k), choose(7, 50, k+1)
		if len(fewer) != min(k, 50) {
			t.Fatalf("%d chosen of 50, want %d", len(fewer), min(k, 50))
		}
		for _, i := range fewer {
			if !slices.Contains(more, i) {
				t.Errorf("%d is among the first %d and not among the first %d", i, k, k+1)
			}
		}
	}
}

func TestChoiceDoesNotDependOnOrder(t *testing.T) {
	want := choose(42, 1000, 30)
	for range 20 {
		s := rank.Smallest{K: 30}
		for _, i := range rand.Perm(1000) {
			s.Offer(rank.Hash(42, "shard", strconv.Itoa(i)), i)
		}
		if got := s.Numbers(); !slices.Equal(got, want) {
			t.Fatalf("another order chose %v, want %v", got, want)
		}
	}
}

func TestTiesGoToTheLowerNumber(t *testing.T) {
	s := rank.Smallest{K: 2}
	for _, i := range []int{4, 1, 3, 0, 2} {
		s.Offer(99, i)
	}
	if got := s.Numbers(); !slices.Equal(got, []int{0, 1}) {
		t.Errorf("of five equal ranks %v were kept, want [0 1]", got)
	}
}

// number is a thing of a heap that gives the smallest first.
type number int

func (n number) Before(o number) bool { return n < o }

func TestHeapGivesThingsInOrder(t *testing.T) {
	var h rank.Heap[number]
	for _, i := range rand.Perm(100) {
		h.Push(number(i))
	}
	h[0] = 100 // was 0
	h.Fix()
	for want := number(1); want <= 100; want++ {
		if h[0] != want {
			t.Fatalf("got %d, want %d", h[0], want)
		}
		h.Pop()
	}
	if len(h) != 0 {
		t.Errorf("%d things are left", len(h))
	}
}

func BenchmarkHash(b *testing.B) {
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		rank.Hash(42, "data/train-00003-of-00012.parquet", strconv.Itoa(i))
	}
}
