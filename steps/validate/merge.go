package validate

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// mergeJob adds up the findings of all parts.
type mergeJob struct {
	Halt             bool `json:"halt"`
	MaxIssueExamples int  `json:"maxIssueExamples"`
}

func (j *mergeJob) do(ctx context.Context, sources int, in steps.In, out steps.Out) error {
	var total Report
	for i := range sources {
		for _, part := range in.Parts(i) {
			lines, err := in.Read(ctx, part)
			if err != nil {
				return err
			}
			if err := j.merge(&total, lines); err != nil {
				return err
			}
		}
	}
	if j.Halt && total.RowsInvalid > 0 {
		out.Halt(problem(total))
	}
	text, err := total.JSON()
	if err != nil {
		return err
	}
	return out.Object(reportStream, steps.MediaJSON, text)
}

func (j *mergeJob) merge(total *Report, lines []byte) error {
	for _, line := range jsonl.Rows(lines) {
		var found Report
		if err := json.Unmarshal(line, &found); err != nil {
			return fmt.Errorf("read findings of validate: %w", err)
		}
		total.Merge(found, j.MaxIssueExamples)
	}
	return nil
}

// problem says why the pipeline stops: "3 of 1991 rows are invalid (2 unmatched_sections, …), first "a" (residual_text)".
func problem(r Report) string {
	issues := slices.Sorted(maps.Keys(r.IssueCounts))
	for i, issue := range issues {
		issues[i] = fmt.Sprintf("%d %s", r.IssueCounts[issue], issue)
	}
	return fmt.Sprintf(`%d of %d rows are invalid (%s)%s; the report has examples; to go on all the same, set onInvalid to "report" or "drop"`,
		r.RowsInvalid, r.RowsScanned, strings.Join(issues, ", "), first(r))
}

// mostNamed is the number of invalid rows that are named, and mostOfID that of bytes of an id.
const (
	mostNamed = 3
	mostOfID  = 60
)

// first names the first invalid rows, each with its first issue, as far as the report has examples.
func first(r Report) string {
	var named []string
	last := -1
	for _, e := range r.IssueExamples {
		if e.RowIndex == last || len(named) == mostNamed {
			continue
		}
		last = e.RowIndex
		id := e.RowID
		if len(id) > mostOfID {
			id = strings.ToValidUTF8(id[:mostOfID], "") + "…"
		}
		named = append(named, fmt.Sprintf("%q (%s)", id, e.IssueType))
	}
	if len(named) == 0 {
		return ""
	}
	return ", first " + strings.Join(named, ", ")
}
