package validate_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"

	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
	"sftrun.local/steps/validate"
)

func TestScanReadsTextOfAnyOrigin(t *testing.T) {
	text := "\ufeff" + row("a", valid) + row("b", twoWrong) + "\r\n\r\n" + `{"messages":[]}`
	r, err := validate.Scan(strings.NewReader(text), "x.jsonl", think.Rules{}, 1)
	want := validate.Report{
		RowsScanned: 3, RowsValid: 1, RowsInvalid: 2,
		IssueCounts:   map[string]int{think.NoPairedSections: 1, think.ResidualText: 1, think.MissingAssistant: 1},
		IssueExamples: []validate.Example{{RowIndex: 1, RowID: "b", DatasetSource: "s", IssueType: think.NoPairedSections, Details: "0 steer, 0 exec"}},
	}
	if err != nil || !reflect.DeepEqual(r, want) {
		t.Errorf("got %+v, %v\nwant %+v", r, err, want)
	}
}

func TestScanRefusesWhatIsNotRows(t *testing.T) {
	r, err := validate.Scan(strings.NewReader(row("a", valid)+"\noops"), "x.jsonl", think.Rules{}, 1)
	var syntax *jsonl.SyntaxError
	if !errors.As(err, &syntax) || syntax.Name != "x.jsonl" || syntax.Line != 2 || r.RowsScanned != 1 {
		t.Errorf("got %v after %d rows", err, r.RowsScanned)
	}
}

func TestMergeIsAScanOfBoth(t *testing.T) {
	first := row("a", twoWrong) + row("b", valid)
	second := row("c", residual) + row("d", swapped) + `{"id":7}`
	scan := func(text string) validate.Report {
		r, err := validate.Scan(strings.NewReader(text), "x", think.Rules{Order: true}, 3)
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	var merged validate.Report
	for _, text := range []string{"", first, second} {
		merged.Merge(scan(text), 3)
	}
	if want := scan(first + second); !reflect.DeepEqual(merged, want) {
		t.Errorf("got %+v\nwant %+v", merged, want)
	}
}
