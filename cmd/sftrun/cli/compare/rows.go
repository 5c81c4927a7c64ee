package compare

import (
	"bytes"
	"cmp"
	"slices"
)

// Counts say how the rows of two datasets relate. A row is the same if its id and its bytes are; it has changed if its
// id is there with other bytes. Rows that occur several times count as often. A = Same + Changed + OnlyA, and
// B = Same + Changed + OnlyB.
type Counts struct {
	A       int `json:"a"`
	B       int `json:"b"`
	Same    int `json:"same"`
	Changed int `json:"changed"`
	OnlyA   int `json:"onlyA"`
	OnlyB   int `json:"onlyB"`
}

// A Match is how the rows of two datasets relate, with the first of those that differ, in the order of A, or of B for
// those of B alone.
type Match struct {
	Counts
	FirstChanged [][2]Place // in A and in B
	FirstOnlyA   []Place
	FirstOnlyB   []Place
}

// Rows matches two datasets, whose marks it sorts, and names at most most rows of each sort that differs.
func Rows(a, b []Mark, most int) Match {
	byRow := func(x, y Mark) int {
		return cmp.Or(cmp.Compare(x.ID, y.ID), bytes.Compare(x.Bytes[:], y.Bytes[:]), byPlace(x.Place, y.Place))
	}
	slices.SortFunc(a, byRow)
	slices.SortFunc(b, byRow)
	m := matcher{changed: first[[2]Place]{most: most, less: func(x, y [2]Place) int { return byPlace(x[0], y[0]) }},
		onlyA: first[Place]{most: most, less: byPlace}, onlyB: first[Place]{most: most, less: byPlace}}
	m.A, m.B = len(a), len(b)
	for len(a) > 0 || len(b) > 0 {
		var ofA, ofB []Mark
		ofA, ofB, a, b = group(a, b)
		m.group(ofA, ofB)
	}
	return Match{m.Counts, m.changed.list(), m.onlyA.list(), m.onlyB.list()}
}

// group cuts off the marks with the smallest id.
func group(a, b []Mark) (ofA, ofB, restA, restB []Mark) {
	var id uint64
	if len(b) == 0 || len(a) > 0 && a[0].ID <= b[0].ID {
		id = a[0].ID
	} else {
		id = b[0].ID
	}
	i, j := run(a, id), run(b, id)
	return a[:i], b[:j], a[i:], b[j:]
}

// run is the number of marks at the start that have an id.
func run(marks []Mark, id uint64) int {
	n := slices.IndexFunc(marks, func(m Mark) bool { return m.ID != id })
	if n < 0 {
		return len(marks)
	}
	return n
}

type matcher struct {
	Counts
	changed      first[[2]Place]
	onlyA, onlyB first[Place]
}

// group matches rows of one id: first those of the same bytes, then the others one by one.
func (m *matcher) group(a, b []Mark) {
	var leftA, leftB []Mark
	for len(a) > 0 && len(b) > 0 {
		switch bytes.Compare(a[0].Bytes[:], b[0].Bytes[:]) {
		case 0:
			m.Same++
			a, b = a[1:], b[1:]
		case -1:
			leftA, a = append(leftA, a[0]), a[1:]
		case 1:
			leftB, b = append(leftB, b[0]), b[1:]
		}
	}
	leftA, leftB = append(leftA, a...), append(leftB, b...)
	n := min(len(leftA), len(leftB))
	m.Changed += n
	m.OnlyA += len(leftA) - n
	m.OnlyB += len(leftB) - n
	for i := range n {
		m.changed.add([2]Place{leftA[i].Place, leftB[i].Place})
	}
	for _, r := range leftA[n:] {
		m.onlyA.add(r.Place)
	}
	for _, r := range leftB[n:] {
		m.onlyB.add(r.Place)
	}
}

// first keeps the smallest of what is added to it.
type first[T any] struct {
	most int
	less func(x, y T) int
	kept []T
}

func (f *first[T]) add(v T) {
	if f.most == 0 {
		return
	}
	f.kept = append(f.kept, v)
	if len(f.kept) == 2*f.most {
		f.kept = f.list()
	}
}

func (f *first[T]) list() []T {
	slices.SortFunc(f.kept, f.less)
	return f.kept[:min(len(f.kept), f.most)]
}
