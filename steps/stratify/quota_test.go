package stratify

import (
	"fmt"
	"maps"
	"testing"

	"pgregory.net/rapid"
)

func ptr[T any](v T) *T { return &v }

// The examples were worked by hand: at each step the row goes to the largest weight ÷ (2 × rows so far + 1).
func TestDivideByHand(t *testing.T) {
	type rows = map[string]int
	for _, tt := range []struct {
		name   string
		target int
		there  rows
		shares map[string]share
		want   rows
	}{
		{"a small stratum gives all it has", 6, rows{"a": 10, "b": 2}, nil, rows{"a": 4, "b": 2}},
		{"even shares go round by name", 8, rows{"c": 9, "a": 9, "b": 9}, nil, rows{"a": 3, "b": 3, "c": 2}},
		{"one row goes to the first name", 1, rows{"b": 9, "a": 9}, nil, rows{"a": 1, "b": 0}},
		{"remainders are shared again", 10, rows{"a": 1, "b": 2, "c": 99, "d": 99}, nil, rows{"a": 1, "b": 2, "c": 4, "d": 3}},
		{
			"weights 3 to 1: 3/1, 3/3 and 1/1 (a by name), 1/1, 3/5", 4, rows{"a": 9, "b": 9},
			map[string]share{"a": {Weight: ptr(3.0)}}, rows{"a": 3, "b": 1},
		},
		{
			"0.3 is exactly three times 0.1, so that at 0.3/3 = 0.1/1 the name decides", 2, rows{"a": 9, "b": 9},
			map[string]share{"a": {Weight: ptr(0.3)}, "b": {Weight: ptr(0.1)}}, rows{"a": 2, "b": 0},
		},
		{
			"and the other way round", 2, rows{"a": 9, "b": 9},
			map[string]share{"a": {Weight: ptr(0.1)}, "b": {Weight: ptr(0.3)}}, rows{"a": 1, "b": 1},
		},
		{
			"quotas first, the rest evenly", 10, rows{"a": 9, "b": 9, "c": 9},
			map[string]share{"b": {Quota: ptr(6)}}, rows{"a": 2, "b": 6, "c": 2},
		},
		{
			"what a cap holds back goes to others", 9, rows{"a": 9, "b": 9, "c": 9},
			map[string]share{"a": {Cap: ptr(1)}}, rows{"a": 1, "b": 4, "c": 4},
		},
		{
			"no weight, no rows, even where rows run out", 9, rows{"a": 4, "b": 9},
			map[string]share{"b": {Weight: ptr(0.0)}}, rows{"a": 4, "b": 0},
		},
		{"all there is, if that is less", 9, rows{"a": 1, "b": 2}, nil, rows{"a": 1, "b": 2}},
		{"nothing", 9, rows{}, nil, rows{}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if got := divide(tt.target, tt.there, tt.shares); !maps.Equal(got, tt.want) {
				t.Errorf("got %v, want %v", got, tt.want)
			}
		})
	}
}

// problem draws strata with rows and shares.
func problem(t *rapid.T) (there map[string]int, shares map[string]share, fixed int) {
	there, shares = map[string]int{}, map[string]share{}
	for i := range rapid.IntRange(1, 8).Draw(t, "strata") {
		name := fmt.Sprint("s", i)
		there[name] = rapid.IntRange(0, 40).Draw(t, "there")
		switch rapid.IntRange(0, 4).Draw(t, "share") {
		case 0:
			quota := rapid.IntRange(0, there[name]).Draw(t, "quota")
			shares[name] = share{Quota: &quota}
			fixed += quota
		case 1:
			shares[name] = share{Weight: ptr(rapid.Float64Range(0, 1e6).Draw(t, "weight"))}
		case 2:
			shares[name] = share{Cap: ptr(rapid.IntRange(0, 50).Draw(t, "cap"))}
		}
	}
	return there, shares, fixed
}

// One row more in the target is one row more in at most one stratum, and none less in any.
func TestDivideIsMonotoneInTheTarget(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		there, shares, fixed := problem(t)
		target := fixed + rapid.IntRange(0, 200).Draw(t, "beyond quotas")
		less, more := divide(target, there, shares), divide(target+1, there, shares)
		for stratum, n := range less {
			if more[stratum] < n {
				t.Fatalf("target %d gives %s %d rows, target %d only %d", target, stratum, n, target+1, more[stratum])
			}
		}
		if gained := sum(more) - sum(less); gained < 0 || gained > 1 {
			t.Fatalf("%d rows more: %v, then %v", gained, less, more)
		}
	})
}

// No limit is passed, and less than the target is given only where every stratum is at its limit.
func TestDivideKeepsLimits(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		there, shares, fixed := problem(t)
		target := fixed + rapid.IntRange(0, 200).Draw(t, "beyond quotas")
		quotas, most := divide(target, there, shares), 0
		for stratum, rows := range there {
			limit := rows
			switch s := shares[stratum]; {
			case s.Quota != nil:
				limit = *s.Quota
			case s.Cap != nil:
				limit = min(rows, *s.Cap)
			case s.Weight != nil && *s.Weight < weightUnit/2:
				limit = 0
			}
			if quotas[stratum] > limit {
				t.Fatalf("%s gets %d rows, limit %d", stratum, quotas[stratum], limit)
			}
			most += limit
		}
		if want := min(target, most); sum(quotas) != want {
			t.Fatalf("%d rows given, want %d: %v", sum(quotas), want, quotas)
		}
	})
}
