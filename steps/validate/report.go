package validate

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
)

// A Report says what is wrong with rows. Its zero value is the report of no rows. The order of its fields is that of
// its JSON.
type Report struct {
	RowsScanned   int            `json:"rows_scanned"`
	RowsValid     int            `json:"rows_valid"`
	RowsInvalid   int            `json:"rows_invalid"`   // a row counts once, however many issues it has
	IssueCounts   map[string]int `json:"issue_counts"`   // rows with an issue, by its type
	IssueExamples []Example      `json:"issue_examples"` // the first issues found
}

// An Example is one issue of one row.
type Example struct {
	RowIndex      int    `json:"row_index"`      // from 0, over all rows scanned
	RowID         string `json:"row_id"`         // "" if the row's id is no string
	DatasetSource string `json:"dataset_source"` // "unknown" if the row names none
	IssueType     string `json:"issue_type"`     // see package think
	Details       string `json:"details"`
}

// Scan checks the rows of a text of any origin (see jsonl.Reader) and keeps at most maxExamples examples. Name is what
// errors call the text. Text that is not rows is an error, a *jsonl.SyntaxError, and not an issue; the report then
// covers the rows before it.
func Scan(r io.Reader, name string, rules think.Rules, maxExamples int) (Report, error) {
	var report Report
	rows := jsonl.NewReader(r, name)
	for {
		row, err := rows.Next()
		if err == io.EOF {
			return report, nil
		}
		if err != nil {
			return report, err
		}
		report.add(row, think.Check(row, rules), maxExamples)
	}
}

// Merge adds the report of rows that follow those of r, and keeps at most maxExamples examples.
func (r *Report) Merge(next Report, maxExamples int) {
	for issue, n := range next.IssueCounts {
		r.count(issue, n)
	}
	for _, e := range next.IssueExamples {
		e.RowIndex += r.RowsScanned
		r.example(e, maxExamples)
	}
	r.RowsScanned += next.RowsScanned
	r.RowsValid += next.RowsValid
	r.RowsInvalid += next.RowsInvalid
}

// add counts one more row with its issues.
func (r *Report) add(row []byte, issues []think.Issue, maxExamples int) {
	index := r.RowsScanned
	r.RowsScanned++
	if len(issues) == 0 {
		r.RowsValid++
		return
	}
	r.RowsInvalid++
	id, _ := jsonl.String(row, "id")
	source := jsonl.Source(row)
	for _, issue := range issues {
		r.count(issue.Type, 1)
		r.example(Example{index, id, source, issue.Type, issue.Detail}, maxExamples)
	}
}

func (r *Report) count(issue string, n int) {
	if r.IssueCounts == nil {
		r.IssueCounts = map[string]int{}
	}
	r.IssueCounts[issue] += n
}

func (r *Report) example(e Example, maxExamples int) {
	if len(r.IssueExamples) < maxExamples {
		r.IssueExamples = append(r.IssueExamples, e)
	}
}

// JSON returns the report as indented JSON with a line end. Where there is nothing to list, it has an empty object and
// an empty list.
func (r Report) JSON() ([]byte, error) {
	if r.IssueCounts == nil {
		r.IssueCounts = map[string]int{}
	}
	if r.IssueExamples == nil {
		r.IssueExamples = []Example{}
	}
	var text bytes.Buffer
	enc := json.NewEncoder(&text)
	enc.SetEscapeHTML(false) // examples quote tags
	enc.SetIndent("", "  ")
	if err := enc.Encode(r); err != nil {
		return nil, fmt.Errorf("write report of validate: %w", err)
	}
	return text.Bytes(), nil
}
