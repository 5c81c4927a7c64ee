package validate

import (
	"context"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
	"sftrun.local/steps/think"
)

// checkJob checks the rows of one part.
type checkJob struct {
	Order            bool `json:"order"`
	Drop             bool `json:"drop"`
	MaxIssueExamples int  `json:"maxIssueExamples"`
}

func (j *checkJob) do(ctx context.Context, in steps.In, out steps.Out) error {
	part, err := in.Read(ctx, in.Parts(0)[0])
	if err != nil {
		return err
	}
	var found Report
	for i, row := range jsonl.Rows(part) {
		if err := ctx.Err(); err != nil {
			return err
		}
		issues := think.Check(row, think.Rules{Order: j.Order})
		found.add(row, issues, j.MaxIssueExamples)
		if err := j.handOn(row, steps.From{Row: i}, issues, out); err != nil {
			return err
		}
	}
	return out.Line(findingsStream, steps.Encode(found))
}

// handOn passes a row on, unless it is invalid and such rows are dropped. The first issue is the reason.
func (j *checkJob) handOn(row []byte, from steps.From, issues []think.Issue, out steps.Out) error {
	if len(issues) == 0 {
		out.Count("validity", "valid", 1)
	} else {
		out.Count("validity", "invalid", 1)
	}
	for _, issue := range issues {
		out.Count("issues", issue.Type, 1)
	}
	if j.Drop && len(issues) > 0 {
		id, _ := jsonl.String(row, "id")
		return out.Drop(from, id, issues[0].Type, issues[0].Detail)
	}
	return out.Row(steps.Row{Bytes: row, From: from})
}
