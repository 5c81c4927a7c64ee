package compare_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"sftrun.local/cmd/sftrun/cli/compare"
)

func pipeline(t *testing.T, text string) compare.Pipeline {
	t.Helper()
	var p compare.Pipeline
	if err := json.Unmarshal([]byte(text), &p); err != nil {
		t.Fatal(err)
	}
	return p
}

func TestChangesAreNamedByTheirPaths(t *testing.T) {
	a := pipeline(t, `{"name":"n","seed":42,"limits":{},"models":{"flash":{"level":"low","name":"m"}},"steps":{
		"filter":{"kind":"filter","config":{"tokens":{"max":16384,"min":500},"seed":42},"inputs":{"input":"sample.rows"},"publish":"f"},
		"ask":{"kind":"transform","config":{"model":{"level":"low","name":"m"}},"inputs":{"input":"filter.rows"},"publish":"t"},
		"old":{"kind":"filter","config":{},"inputs":{},"publish":""}}}`)
	b := pipeline(t, `{"name":"n","seed":43,"limits":{"costPerApply":5},"models":{"flash":{"level":"high","name":"m"}},"steps":{
		"filter":{"kind":"filter","config":{"tokens":{"max":12000,"min":500},"seed":43,"a b":[1]},"inputs":{"input":"other.rejects"},"publish":"f"},
		"ask":{"kind":"rewrite","config":{"model":{"level":"high","name":"m"}},"inputs":{"input":"filter.rows"},"publish":"t"},
		"new":{"kind":"filter","config":{},"inputs":{},"publish":""}}}`)
	var got []string
	for _, c := range compare.Changes(a, b) {
		got = append(got, fmt.Sprintf("%s: %s → %s", c.Path, c.A, c.B))
	}
	want := []string{
		"limits.costPerApply:  → 5",
		`models.flash.level: "low" → "high"`, // and not once more where the step takes it over
		"seed: 42 → 43",
		`steps.ask.kind: "transform" → "rewrite"`,
		`steps.filter."a b":  → [1]`,
		"steps.filter.input: sample.rows → other.rejects",
		"steps.filter.tokens.max: 16384 → 12000",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	if all := compare.Changes(a, a); len(all) > 0 {
		t.Errorf("a pipeline differs from itself: %v", all)
	}
	if only := compare.Only(a.Steps, b.Steps); !slices.Equal(only, []string{"old"}) {
		t.Errorf("only in the first: %v", only)
	}
}

func marks(rows []string) []compare.Mark {
	var all []compare.Mark
	for i, r := range rows {
		all = append(all, compare.MarkOf([]byte(r), compare.Place{Part: uint32(i / 3), Row: uint32(i % 3)}))
	}
	return all
}

func TestRowsAreTheSameChangedOrOnOneSide(t *testing.T) {
	a := []string{`{"id":"x","v":1}`, `{"id":"y","v":1}`, `{"id":"z","v":1}`, `{"v":1}`, `{"id":"twice"}`, `{"id":"twice"}`}
	b := []string{`{"id":"new"}`, `{"id":"x","v":1}`, `{"id":"y","v":2}`, `{"v":2}`, `{"id":"twice"}`}
	got := compare.Rows(marks(a), marks(b), 1)
	want := compare.Match{
		Counts:       compare.Counts{A: 6, B: 5, Same: 2, Changed: 1, OnlyA: 3, OnlyB: 2},
		FirstChanged: [][2]compare.Place{{{Part: 0, Row: 1}, {Part: 0, Row: 2}}},
		FirstOnlyA:   []compare.Place{{Part: 0, Row: 2}},
		FirstOnlyB:   []compare.Place{{Part: 0, Row: 0}},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// rows of few ids and few contents, so that all cases meet.
func drawRows(t *rapid.T, name string) []string {
	return rapid.SliceOfN(rapid.Custom(func(t *rapid.T) string {
		return fmt.Sprintf(`{"id":"%d","v":%d}`, rapid.IntRange(0, 5).Draw(t, "id"), rapid.IntRange(0, 2).Draw(t, "v"))
	}), 0, 30).Draw(t, name)
}

func TestCountsOfRowsReconcile(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b := drawRows(t, "a"), drawRows(t, "b")
		m := compare.Rows(marks(a), marks(b), 3)
		if m.Same+m.Changed+m.OnlyA != len(a) || m.Same+m.Changed+m.OnlyB != len(b) || m.A != len(a) || m.B != len(b) {
			t.Fatalf("%d and %d rows: %+v", len(a), len(b), m.Counts)
		}
		if same := inBoth(a, b); m.Same != same {
			t.Fatalf("%d the same, want %d", m.Same, same)
		}
		if ids := inBoth(idsOf(a), idsOf(b)); m.Same+m.Changed != ids {
			t.Fatalf("%d of the same id, want %d", m.Same+m.Changed, ids)
		}
		back := compare.Rows(marks(b), marks(a), 3)
		if back.OnlyA != m.OnlyB || back.OnlyB != m.OnlyA || back.Same != m.Same || back.Changed != m.Changed {
			t.Fatalf("the other way round: %+v, %+v", m.Counts, back.Counts)
		}
	})
}

// What both have in whole parts need not be looked at: that changes no count.
func TestSharedPartsNeedNotBeRead(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(rapid.Just(0), 0, 4)
		a, b := parts.Draw(t, "a"), parts.Draw(t, "b")
		pool := [][]string{{`{"id":"1","v":0}`, `{"id":"2"}`}, {`{"id":"1","v":1}`}, {`{"id":"2"}`, `{"id":"3"}`}}
		for _, side := range [][]int{a, b} {
			for i := range side {
				side[i] = rapid.IntRange(0, len(pool)-1).Draw(t, "part")
			}
		}
		rows := func(side []int, only []int) (all []string) {
			for _, i := range only {
				all = append(all, pool[side[i]]...)
			}
			return all
		}
		onlyA, onlyB := compare.Unshared(names(a), names(b))
		rest := compare.Rows(marks(rows(a, onlyA)), marks(rows(b, onlyB)), 0)
		whole := compare.Rows(marks(rows(a, numbers(a))), marks(rows(b, numbers(b))), 0)
		if rest.OnlyA != whole.OnlyA || rest.OnlyB != whole.OnlyB || rest.Changed != whole.Changed || whole.Same-rest.Same != whole.A-rest.A {
			t.Fatalf("%+v without the shared parts, %+v with them", rest.Counts, whole.Counts)
		}
	})
}

func names(parts []int) (all []string) {
	for _, p := range parts {
		all = append(all, fmt.Sprint(p))
	}
	return all
}

func numbers(parts []int) (all []int) {
	for i := range parts {
		all = append(all, i)
	}
	return all
}

func inBoth(a, b []string) int {
	left, n := map[string]int{}, 0
	for _, r := range a {
		left[r]++
	}
	for _, r := range b {
		if left[r] > 0 {
			left[r]--
			n++
		}
	}
	return n
}

func idsOf(rows []string) (ids []string) {
	for _, r := range rows {
		var row struct{ ID string }
		if err := json.Unmarshal([]byte(r), &row); err != nil {
			panic(err)
		}
		ids = append(ids, row.ID)
	}
	return ids
}

func TestPercentilesAreNearestRank(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		values := rapid.SliceOfN(rapid.Int32Range(0, 50), 1, 300).Draw(t, "values")
		p := rapid.IntRange(1, 100).Draw(t, "p")
		sorted := slices.Sorted(slices.Values(values))
		got := compare.Percentile(sorted, p)
		upTo, below := 0, 0
		for _, v := range values {
			if v <= got {
				upTo++
			}
			if v < got {
				below++
			}
		}
		if upTo*100 < p*len(values) || below*100 >= p*len(values) {
			t.Fatalf("percentile %d is %d: %d of %d values are up to that, %d below", p, got, upTo, len(values), below)
		}
		if s := compare.SpreadOf(values); s.Max != int(slices.Max(sorted)) || s.P5 > s.P25 || s.P25 > s.P50 || s.P50 > s.P75 || s.P75 > s.P95 || s.P95 > s.Max {
			t.Fatalf("%+v", s)
		}
	})
	if compare.SpreadOf(nil) != nil {
		t.Error("no values have a spread")
	}
}
