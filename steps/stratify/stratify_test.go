package stratify_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/steptest"
	"sftrun.local/steps/stratify"
)

// rows makes n rows of each source, which differ in their ids.
func rows(n int, sources ...string) []string {
	var all []string
	for i := range n {
		for _, source := range sources {
			all = append(all, fmt.Sprintf(`{"id":"%s-%d","dataset_source":"%s","n":1e400}`, source, i, source))
		}
	}
	return all
}

// config is a config by dataset_source with more fields, which may replace those given here.
func config(target int, more string) string {
	return fmt.Sprintf(`{"target":%d,"by":[{"field":"dataset_source"}],"shortfall":"fail","seed":42%s}`, target, more)
}

func draw(t testing.TB, config string, rows []string) []string {
	t.Helper()
	made, err := steptest.Execute(t.Context(), stratify.Kind(), steptest.Case{
		Config: config, Inputs: map[string][]string{"input": rows},
	})
	if err != nil {
		t.Fatal(err)
	}
	return made.Texts()
}

func TestKeepsThePromisesOfKinds(t *testing.T) {
	input := append(rows(10, "a", "b", "c"), `{"no":"id"}`)
	made := steptest.Run(t, stratify.Kind(), steptest.Case{
		Config: config(9, ""), Inputs: map[string][]string{"input": input},
	})
	want := map[string]int{"a": 3, "b": 3, "c": 2, "unknown": 1}
	if got := made.Figures["rows by stratum"]; !maps.Equal(got, want) {
		t.Errorf("rows by stratum %v, want %v", got, want)
	}
	if got := made.Figures["candidates by stratum"]; got["a"] != 10 || got["unknown"] != 1 {
		t.Errorf("candidates by stratum %v", got)
	}
	if got := made.Reasons()["not drawn"]; got != 22 {
		t.Errorf("%d rows not drawn", got)
	}
	for _, row := range made.Rows {
		if original := input[row.From.Part*11+row.From.Row]; row.Bytes != original {
			t.Errorf("got %s, came from %s", row.Bytes, original)
		}
	}
}

// Only the merge knows the target and the shares, so changing them notes no candidate again.
func TestTargetIsInTheMergeOnly(t *testing.T) {
	actions := func(config string) []steps.Action {
		made, err := steptest.Execute(t.Context(), stratify.Kind(), steptest.Case{
			Config: config, Inputs: map[string][]string{"input": rows(9, "a")},
		})
		if err != nil {
			t.Fatal(err)
		}
		return made.Actions
	}
	few, many := actions(config(3, "")), actions(config(8, `,"shares":{"a":{"cap":8}}`))
	for i := range few {
		if same := string(few[i].Config) == string(many[i].Config); same != (i < len(few)-1) {
			t.Errorf("action %q: %s, then %s", few[i].Label, few[i].Config, many[i].Config)
		}
	}
}

// Shares that say the same in other words make the same actions.
func TestSharesOfEqualEffectMakeEqualActions(t *testing.T) {
	merge := func(shares string) string {
		made, err := steptest.Execute(t.Context(), stratify.Kind(), steptest.Case{
			Config: config(4, `,"shares":`+shares), Inputs: map[string][]string{"input": rows(9, "a", "b")},
		})
		if err != nil {
			t.Fatal(err)
		}
		return string(made.Actions[len(made.Actions)-1].Config)
	}
	for _, same := range [][]string{
		{`{}`, `{"a":{}}`, `{"a":{"weight":1}}`, `{"a":{"weight":1.0,"cap":4}}`, `{"b":{"cap":99},"a":{"cap":5}}`},
		{`{"a":{"quota":2}}`, `{"a":{"quota":2,"cap":3}}`, `{"a":{"quota":2},"other":{"weight":1}}`},
		{`{"a":{"quota":0}}`, `{"a":{"cap":0}}`, `{"a":{"weight":0}}`, `{"a":{"weight":0,"cap":3}}`},
		{`{"a":{"weight":2}}`, `{"a":{"weight":2,"cap":4}}`},
		{`{"a":{"cap":3}}`, `{"a":{"cap":3,"weight":1}}`},
	} {
		for _, shares := range same[1:] {
			if got, want := merge(shares), merge(same[0]); got != want {
				t.Errorf("shares %s: %s, but %s: %s", shares, got, same[0], want)
			}
		}
	}
	if merge(`{"a":{"cap":3}}`) == merge(`{}`) || merge(`{"a":{"weight":2}}`) == merge(`{"a":{"quota":2}}`) {
		t.Error("shares of another effect make equal actions")
	}
}

func TestALargerTargetOnlyAddsRows(t *testing.T) {
	input := append(rows(20, "a", "b"), rows(3, "c")...)
	before := []string{}
	for target := 1; target <= len(input); target++ {
		after := draw(t, config(target, `,"shares":{"a":{"weight":2.5},"c":{"cap":3}}`), input)
		kept := slices.DeleteFunc(slices.Clone(after), func(row string) bool { return !slices.Contains(before, row) })
		if len(after) != target || !slices.Equal(kept, before) {
			t.Fatalf("target %d gives %d rows, of which %d of %d were there, or their order changed",
				target, len(after), len(kept), len(before))
		}
		before = after
	}
}

func TestTheOrderOfTheInputDoesNotMatter(t *testing.T) {
	input := append(rows(20, "a", "b"), `{"no":"id"}`, `{"id":"a-1","text":"same id"}`, `{"no":"id"}`)
	want := draw(t, config(15, ""), input)
	slices.Reverse(input)
	if got := draw(t, config(15, ""), input); !slices.Equal(got, want) {
		t.Errorf("got %q, in another order %q", want, got)
	}
}

func TestTheSeedChangesChoiceAndOrder(t *testing.T) {
	input := rows(30, "a")
	if a, b := draw(t, config(10, ""), input), draw(t, config(10, `,"seed":43`), input); slices.Equal(a, b) {
		t.Error("two seeds drew the same rows")
	}
	all, other := draw(t, config(30, ""), input), draw(t, config(30, `,"seed":43`), input)
	if slices.Equal(all, other) || slices.Equal(all, input) {
		t.Error("rows are not shuffled by the seed")
	}
}

// Five of 40 rows and all five of another stratum are mixed: each stratum is first as often as the other. That it is 71
// to 129 times in 200 is true but for one choice of seeds in 20,000, and the seeds are fixed.
func TestTheOrderDoesNotTellTheStrata(t *testing.T) {
	input, first := append(rows(40, "a"), rows(5, "b")...), 0
	for seed := range 200 {
		if strings.Contains(draw(t, config(10, fmt.Sprintf(`,"seed":%d`, seed)), input)[0], `"b-`) {
			first++
		}
	}
	if first < 71 || first > 129 {
		t.Errorf("the whole stratum comes first %d times in 200", first)
	}
}

// Of 100 rows drawn among 1,000 candidates, 100 candidates more displace nine or so, and only by rows that are new.
func TestMoreCandidatesDisplaceFewRows(t *testing.T) {
	input := rows(1100, "a")
	before, after := draw(t, config(100, ""), input[:1000]), draw(t, config(100, ""), input)
	added := 0
	for _, row := range after {
		if slices.Contains(before, row) {
			continue
		}
		added++
		if !slices.Contains(input[1000:], row) {
			t.Errorf("%s was there before, and is drawn only now", row)
		}
	}
	if added == 0 || added > 25 {
		t.Errorf("%d of 100 rows displaced, expected about 9", added)
	}
}

// Each of 20 rows must be drawn equally often, and come first equally often, over 400 seeds. The sums are chi-square
// distributed with about 19 degrees of freedom: 43.8 is passed once in a thousand times, and the seeds are fixed.
func TestDrawsAndOrdersUniformly(t *testing.T) {
	const seeds, n, target = 400, 20, 5
	input := rows(n, "a")
	drawn, first := map[string]int{}, map[string]int{}
	for seed := range seeds {
		sample := draw(t, config(target, fmt.Sprintf(`,"seed":%d`, seed)), input)
		first[sample[0]]++
		for _, row := range sample {
			drawn[row]++
		}
	}
	// Drawing without replacement makes each count vary less, by 1 − target/n; the counts' sum is fixed, hence n/(n−1).
	const narrowed = (1 - float64(target)/n) * n / (n - 1)
	if x := chiSquare(drawn, input, seeds*target/n) / narrowed; x > 43.8 {
		t.Errorf("drawn: chi-square %.1f", x)
	}
	if x := chiSquare(first, input, seeds/n); x > 43.8 {
		t.Errorf("first: chi-square %.1f", x)
	}
}

func chiSquare(counts map[string]int, rows []string, expected float64) (x float64) {
	for _, row := range rows {
		d := float64(counts[row]) - expected
		x += d * d / expected
	}
	return x
}

// Rows with the same id are told apart by their content; rows that are wholly equal are all kept too.
func TestRepeatedIDs(t *testing.T) {
	input := []string{
		`{"id":"x","v":1}`, `{"id":"x","v":2}`, `{"id":"x","v":2}`, `{"id":"y"}`, `{"v":3}`, `{"v":3}`, `{"id":7}`,
	}
	made := steptest.Run(t, stratify.Kind(), steptest.Case{
		Config: config(7, ""), Inputs: map[string][]string{"input": input}, PartRows: 2,
	})
	if got := slices.Sorted(slices.Values(made.Texts())); !slices.Equal(got, slices.Sorted(slices.Values(input))) {
		t.Errorf("got %q", got)
	}
	want := map[string]int{"rows whose id repeats": 3, "rows without id": 2}
	if got := made.Figures["identity"]; !maps.Equal(got, want) {
		t.Errorf("identity %v, want %v", got, want)
	}
	firsts := map[string]bool{}
	for seed := range 50 {
		firsts[draw(t, config(1, fmt.Sprintf(`,"seed":%d`, seed)), input[:2])[0]] = true
	}
	if len(firsts) != 2 {
		t.Error("of two rows with the same id, the same one is always drawn")
	}
}

func TestRangesOfNumbers(t *testing.T) {
	input := []string{`{"id":"a","n":5}`, `{"id":"b","n":10}`, `{"id":"c","n":20}`, `{"id":"d","n":21}`, `{"id":"e"}`}
	made := steptest.Run(t, stratify.Kind(), steptest.Case{
		Config: config(3, `,"by":[{"field":"n","edges":[0,10,20]}]`), Inputs: map[string][]string{"input": input},
	})
	if got, want := made.Figures["rows by stratum"], (map[string]int{"0–10": 1, "10–20": 2}); !maps.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
	if got := made.Reasons()["outside edges"]; got != 2 {
		t.Errorf("%d rows outside, want 2: %+v", got, made.Rejects)
	}
}

func TestShortfallAllowed(t *testing.T) {
	input := rows(5, "a", "b")
	got := draw(t, config(100, `,"shares":{"a":{"quota":50},"b":{"cap":4}},"shortfall":"allow"`), input)
	if len(got) != 9 {
		t.Errorf("%d rows, want all 5 of a and the 4 that b may give", len(got))
	}
}

// A cap or a weight of a stratum that is not there does nothing, and neither does a quota where less is allowed.
func TestSharesOfAbsentStrata(t *testing.T) {
	for _, more := range []string{
		`,"shares":{"maths":{"cap":5},"c":{"weight":2},"a":{},"b":{}}`,
		`,"shares":{"maths":{"quota":2}},"shortfall":"allow"`,
	} {
		if got := draw(t, config(4, more), rows(5, "a", "b")); len(got) != 4 {
			t.Errorf("%s: %d rows", more, len(got))
		}
	}
}

// Rows without a source are of the source "unknown", even all of them.
func TestRowsThatNameNoSource(t *testing.T) {
	input := []string{`{"id":"1"}`, `{"id":"2","dataset_source":""}`, `{"id":"3","dataset_source":4}`}
	for _, input := range [][]string{input, input[:1]} {
		made := steptest.Run(t, stratify.Kind(), steptest.Case{Config: config(1, ""), Inputs: map[string][]string{"input": input}})
		if got := made.Figures["candidates by stratum"]; len(got) != 1 || got["unknown"] != len(input) {
			t.Errorf("candidates by stratum %v, want %d unknown", got, len(input))
		}
	}
}

// opening counts how often parts are opened.
type opening struct {
	steps.In
	n *int
}

func (o opening) Open(ctx context.Context, p steps.Part) (steps.Reader, error) {
	*o.n++
	return o.In.Open(ctx, p)
}

// Opening a part of rejects puts all of it together, so each is opened once, however many rows are drawn of it.
func TestEachPartIsOpenedOnce(t *testing.T) {
	kind, opened := stratify.Kind(), 0
	do := kind.Do
	kind.Do = func(ctx context.Context, a steps.Action, in steps.In, out steps.Out) error {
		return do(ctx, a, opening{in, &opened}, out)
	}
	_, err := steptest.Execute(t.Context(), kind, steptest.Case{
		Config: config(100, ""), PartRows: 50, Inputs: map[string][]string{"input": rows(100, "a", "b")},
	})
	if err != nil || opened != 4 {
		t.Errorf("four parts were opened %d times, error %v", opened, err)
	}
}

// A mistake is told with its place, and with what would mend it.
func TestMistakes(t *testing.T) {
	for _, tt := range []struct {
		config, field string
		words         []string
	}{
		{config(2500, ""), "target", []string{"2,500 rows wanted", "only 10 rows came in (a 5, b 5)", `"allow"`}},
		{config(9, `,"shares":{"a":{"cap":1}}`), "target", []string{"only 6 of the 10 rows", "b 5, a 1"}},
		{config(9, `,"shares":{"a":{"quota":6}}`), "shares.a.quota", []string{"6 rows wanted, only 5 came in"}},
		{config(4, `,"shares":{"A/x":{"quota":1}}`), `shares."A/x"`, []string{"no such stratum", "a 5, b 5"}},
		{config(4, `,"by":[{"field":"id"}],"shares":{"a-11":{"weight":2}}`), `shares."a-11"`, []string{`did you mean "a-1"?`}},
		{config(4, `,"shares":{"A":{"cap":1}},"shortfall":"allow"`), "shares.A", []string{`did you mean "a"?`}},
		{config(4, `,"shares":{"a":{"weight":1e-10}}`), "shares.a.weight", []string{"less than a billionth"}},
		{config(4, `,"by":[{"field":"id"},{"field":"dataset_sorce"}]`), "by[1].field",
			[]string{`no row has the field "dataset_sorce"; did you mean "dataset_source"?  Fields found: dataset_source, id, n`}},
		{config(4, `,"by":[{"field":"dataset_source","edges":[0,1]}]`), "by[0].edges", []string{`a number in no row (for example "a")`}},
		{config(4, `,"shares":{"a":{"quota":5}}`), "shares", []string{"5 rows", "target of 4"}},
		{config(4, `,"shares":{"a":{"quota":3,"cap":2}}`), "shares.a.cap", []string{"below the quota"}},
		{config(4, `,"shares":{"a":{"quota":3,"weight":2}}`), "shares.a.weight", []string{"no effect"}},
		{config(4, `,"shares":{"a":{"weight":-1}}`), "shares.a.weight", []string{"-1 is not between"}},
		{config(4, `,"by":[{"field":"n","edges":[1,1]}]`), "by[0].edges", []string{"1 follows 1"}},
		{config(4, `,"by":[{"field":"n","edges":[1]}]`), "by[0].edges", []string{"at least two"}},
		{config(4, `,"by":[{"field":""}]`), "by[0].field", []string{"empty"}},
		{config(4, `,"shortfall":"alow"`), "shortfall", []string{`"alow"`, `"allow"`}},
		{config(0, ""), "target", []string{"at least 1"}},
	} {
		_, err := steptest.Execute(t.Context(), stratify.Kind(), steptest.Case{
			Config: tt.config, Inputs: map[string][]string{"input": rows(5, "a", "b")},
		})
		var field *steps.FieldError
		if !errors.As(err, &field) || field.Field != tt.field {
			t.Errorf("%s: got %v, want an error of %s", tt.config, err, tt.field)
			continue
		}
		for _, words := range tt.words {
			if !strings.Contains(field.Text, words) {
				t.Errorf("%s: %q does not say %q", tt.config, field.Text, words)
			}
		}
	}
}

// Candidates are one line of JSON a row, in the order of the rows.
func TestCandidatesLine(t *testing.T) {
	made := steptest.Run(t, stratify.Kind(), steptest.Case{
		Config: config(2, ""), Inputs: map[string][]string{"input": rows(2, "a")},
	})
	for i, line := range made.Lines["candidates"] {
		var c struct{ I, S string }
		if err := json.Unmarshal([]byte(line), &c); err != nil || c.I != fmt.Sprint("a-", i) || c.S != "a" {
			t.Errorf("line %d is %s (%v)", i, line, err)
		}
	}
}
