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

// problem says why the pipeline stops: "3 of 1991 rows are invalid (2 unmatched_sections, …)".
func problem(r Report) string {
	issues := slices.Sorted(maps.Keys(r.IssueCounts))
	for i, issue := range issues {
		issues[i] = fmt.Sprintf("%d %s", r.IssueCounts[issue], issue)
	}
	return fmt.Sprintf(`%d of %d rows are invalid (%s); the report has examples; to go on all the same, set onInvalid to "report" or "drop"`,
		r.RowsInvalid, r.RowsScanned, strings.Join(issues, ", "))
}
