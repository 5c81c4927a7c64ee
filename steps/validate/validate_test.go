package validate_test

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/steptest"
	"sftrun.local/steps/think"
	"sftrun.local/steps/validate"
)

var update = flag.Bool("update", false, "write the golden files anew")

const (
	valid    = "<think><steer>Add.</steer>\n<exec>1+1=2</exec></think>2"
	swapped  = "<think><exec>1+1=2</exec><steer>Add.</steer></think>2"
	residual = "<think>Hm. <steer>Add.</steer><exec>1+1=2</exec></think>2"
	twoWrong = "<think>Hm.</think>2"
)

// row writes a row with one assistant message.
func row(id, content string) string {
	return fmt.Sprintf(`{"id":%q,"messages":[{"role":"assistant","content":%s}],"dataset_source":"s"}`, id, jsonl.AppendString(nil, content))
}

func config(onInvalid string, order bool, examples int) string {
	return fmt.Sprintf(`{"onInvalid":%q,"order":%v,"maxIssueExamples":%d}`, onInvalid, order, examples)
}

func run(t *testing.T, config string, rows ...string) steptest.Dataset {
	t.Helper()
	return steptest.Run(t, validate.Kind(), steptest.Case{Config: config, PartRows: 2, Inputs: map[string][]string{"input": rows}})
}

// report returns the report that a step made, as text and decoded.
func report(t *testing.T, made steptest.Dataset) (string, validate.Report) {
	t.Helper()
	objects := made.Objects["report"]
	if len(objects) != 1 || objects[0].Media != steps.MediaJSON {
		t.Fatalf("reports: %v", objects)
	}
	var r validate.Report
	if err := json.Unmarshal([]byte(objects[0].Data), &r); err != nil {
		t.Fatal(err)
	}
	return objects[0].Data, r
}

func TestRowIndexesRunOverAllParts(t *testing.T) {
	made := run(t, config("report", false, 20),
		row("a", valid), row("b", residual), row("c", valid), row("d", valid), row("e", twoWrong))
	_, r := report(t, made)
	want := []validate.Example{
		{RowIndex: 1, RowID: "b", DatasetSource: "s", IssueType: think.ResidualText, Details: "Hm."},
		{RowIndex: 4, RowID: "e", DatasetSource: "s", IssueType: think.NoPairedSections, Details: "0 steer, 0 exec"},
		{RowIndex: 4, RowID: "e", DatasetSource: "s", IssueType: think.ResidualText, Details: "Hm."},
	}
	if !slices.Equal(r.IssueExamples, want) {
		t.Errorf("got %+v\nwant %+v", r.IssueExamples, want)
	}
}

func TestARowIsInvalidOnce(t *testing.T) {
	made := run(t, config("report", false, 20), row("same", twoWrong), row("same", twoWrong), row("same", valid))
	_, r := report(t, made)
	if r.RowsScanned != 3 || r.RowsInvalid != 2 || r.RowsValid != 1 {
		t.Errorf("got %+v", r)
	}
	if want := map[string]int{think.NoPairedSections: 2, think.ResidualText: 2}; !maps.Equal(r.IssueCounts, want) {
		t.Errorf("issues %v, want %v", r.IssueCounts, want)
	}
}

// Whatever an invalid row means, the figures of the step show how many there are and why.
func TestFiguresOfValidity(t *testing.T) {
	for _, onInvalid := range []string{"fail", "report", "drop"} {
		made := run(t, config(onInvalid, false, 20), row("a", valid), row("b", residual), row("c", twoWrong))
		if got, want := made.Figures["validity"], (map[string]int{"valid": 1, "invalid": 2}); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", onInvalid, got, want)
		}
		if got, want := made.Figures["issues"], (map[string]int{think.NoPairedSections: 1, think.ResidualText: 2}); !maps.Equal(got, want) {
			t.Errorf("%s: %v, want %v", onInvalid, got, want)
		}
	}
}

func TestExamplesAreTheFirstOnes(t *testing.T) {
	rows := []string{row("a", valid), row("b", residual), row("c", residual), row("d", residual), row("e", residual)}
	for examples, want := range map[int][]string{0: nil, 1: {"b"}, 3: {"b", "c", "d"}, 9: {"b", "c", "d", "e"}} {
		_, r := report(t, run(t, config("report", false, examples), rows...))
		var ids []string
		for _, e := range r.IssueExamples {
			ids = append(ids, e.RowID)
		}
		if !slices.Equal(ids, want) || r.RowsInvalid != 4 {
			t.Errorf("%d examples: got %q of %d invalid rows, want %q", examples, ids, r.RowsInvalid, want)
		}
	}
}

func TestWhatAnInvalidRowMeans(t *testing.T) {
	rows := []string{row("a", valid), row("b", residual), row("c", twoWrong)}
	for onInvalid, want := range map[string]struct {
		rows    []string
		rejects map[string]int
		halts   []string
	}{
		"report": {rows, map[string]int{}, nil},
		"drop":   {rows[:1], map[string]int{think.ResidualText: 1, think.NoPairedSections: 1}, nil},
		"fail": {rows, map[string]int{}, []string{`2 of 3 rows are invalid (1 no_paired_sections, 2 residual_text_outside_sections), first "b" (residual_text_outside_sections), "c" (no_paired_sections); ` +
			`the report has examples; to go on all the same, set onInvalid to "report" or "drop"`}},
	} {
		made := run(t, config(onInvalid, false, 20), rows...)
		if !slices.Equal(made.Texts(), want.rows) || !maps.Equal(made.Reasons(), want.rejects) || !slices.Equal(made.Halts, want.halts) {
			t.Errorf("%s: rows %q, rejects %v, halts %q", onInvalid, made.Texts(), made.Reasons(), made.Halts)
		}
		if _, r := report(t, made); r.RowsInvalid != 2 {
			t.Errorf("%s: %d rows invalid, want 2", onInvalid, r.RowsInvalid)
		}
	}
	if made := run(t, config("fail", false, 20), rows[0]); len(made.Halts) != 0 {
		t.Errorf("halted by valid rows: %q", made.Halts)
	}
}

func TestOrderIsDemandedOnRequest(t *testing.T) {
	for order, invalid := range map[bool]int{false: 0, true: 1} {
		_, r := report(t, run(t, config("report", order, 20), row("a", swapped), row("b", valid)))
		if r.RowsInvalid != invalid || r.IssueCounts[think.SectionOrder] != invalid {
			t.Errorf("order %v: %+v", order, r)
		}
	}
}

func TestNoPartsGiveAReportOfNoRows(t *testing.T) {
	text, _ := report(t, run(t, config("fail", false, 20)))
	want := "{\n  \"rows_scanned\": 0,\n  \"rows_valid\": 0,\n  \"rows_invalid\": 0,\n  \"issue_counts\": {},\n  \"issue_examples\": []\n}\n"
	if text != want {
		t.Errorf("got %s", text)
	}
}

func TestChangingWhatInvalidMeansChecksNoRowAgain(t *testing.T) {
	checks := func(config string) []string {
		made := run(t, config, row("a", valid), row("b", residual), row("c", valid))
		var configs []string
		for _, a := range made.Actions[:len(made.Actions)-1] {
			configs = append(configs, string(a.Config))
		}
		return configs
	}
	base := checks(config("fail", false, 20))
	if len(base) != 2 || !slices.Equal(base, checks(config("report", false, 20))) {
		t.Errorf("fail and report differ in what they check: %q", base)
	}
	for _, other := range []string{config("drop", false, 20), config("fail", true, 20), config("fail", false, 19)} {
		if slices.Equal(base, checks(other)) {
			t.Errorf("%s checks the same as %s", other, config("fail", false, 20))
		}
	}
}

func TestMistakesInTheConfigNameTheirField(t *testing.T) {
	for config, field := range map[string]string{
		config("ignore", false, 20): "onInvalid",
		config("fail", false, -1):   "maxIssueExamples",
	} {
		_, err := validate.Kind().New([]byte(config))
		var wrong *steps.FieldError
		if !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: got %v, want an error of %s", config, err, field)
		}
	}
}

// realRows returns published traces and, behind them, the same traces with their think blocks made into one pair of
// sections each.
func realRows(t *testing.T) []string {
	t.Helper()
	text, err := os.ReadFile("../jsonl/testdata/rows.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	var before, after []string
	for _, row := range jsonl.Rows(text) {
		messages, err := jsonl.Messages(row)
		if err != nil {
			t.Fatal(err)
		}
		last := think.LastAssistant(messages)
		var texts []string
		for _, b := range think.Blocks(messages[last].Content) {
			texts = append(texts, "<steer>Think it through.</steer>\n<exec>\n"+b.Text()+"\n</exec>")
		}
		edits := map[int][]jsonl.Edit{last: think.Edits(messages[last].Content, texts)}
		before = append(before, string(row))
		after = append(after, string(jsonl.EditContents(row, edits)))
	}
	return append(before, after...)
}

func TestReportOfRealRows(t *testing.T) {
	const golden = "testdata/report.json"
	rows := realRows(t)
	got, _ := report(t, run(t, config("report", true, 20), rows...))
	if *update {
		if err := os.WriteFile(golden, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got != string(want) {
		t.Errorf("got %s\nwant %s", got, want)
	}
	scanned, err := validate.Scan(strings.NewReader(strings.Join(rows, "\n")), "rows.jsonl", think.Rules{Order: true}, 20)
	if err != nil {
		t.Fatal(err)
	}
	if text, err := scanned.JSON(); err != nil || string(text) != got {
		t.Errorf("a scan of the same rows reports %s, %v", text, err)
	}
}
