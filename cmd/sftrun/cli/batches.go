package cli

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/steps/model/batch"
	"sftrun.local/steps/model/ledger"
)

// batchFolder, within the state, holds the input of batch jobs while they are being sent.
const batchFolder = "batch"

// batches is the project's gateway, which sends in batch jobs what the pipeline has sent so.
func (p *project) batches() *batch.Gateway {
	return batch.New(p.gateway, batch.Options{
		Delivery: p.providers.Delivery, Jobs: p.providers.Jobs,
		Folder: filepath.Join(p.state, batchFolder), Prefix: p.pipeline.Name, NoWait: p.noWait, Adopt: p.adopt, Tell: p.tellOfJob,
	})
}

// tellOfJob says how a batch job goes, above what else is shown.
func (p *project) tellOfJob(e batch.Event) {
	if p.quiet && e.Note == "" {
		return
	}
	p.pause(func() {
		if p.json {
			_ = p.printJSON(map[string]any{"event": "job", "job": e.Job.Name, "id": e.Job.ID, "state": e.State, "requests": e.Job.Requests, "note": e.Note})
			return
		}
		fmt.Fprintln(p.Err, jobLine(e))
	})
}

func jobLine(e batch.Event) string {
	var words []string
	if e.Job.Name != "" {
		words = append(words, e.Job.Name, figures.Of(e.Job.Requests, "request"))
	}
	if e.State != "" {
		words = append(words, strings.ToLower(e.State))
	}
	if e.Note != "" {
		words = append(words, e.Note)
	}
	return "  batch job   " + strings.Join(words, "   ")
}

// openJobs lists the jobs from which answers may still come.
func (p *project) openJobs(ctx context.Context, g *batch.Gateway) (open []ledger.Job, err error) {
	all, err := g.List(ctx)
	for _, j := range all {
		if j.Open() {
			open = append(open, j)
		}
	}
	return open, err
}

// tellOpenJobs says at the end of an apply which jobs go on without it, and how to take them up. If it ended well, what
// has ended meanwhile, and is not asked any more, is taken in before, as the service does not keep it.
func (p *project) tellOpenJobs(ctx context.Context, well bool) error {
	g := p.batches()
	open, err := p.openJobs(ctx, g)
	if err == nil && well && len(open) > 0 {
		if err = g.TakeIn(ctx); err == nil {
			open, err = p.openJobs(ctx, g)
		}
	}
	if err != nil || len(open) == 0 || p.json {
		return err
	}
	requests, by := 0, time.Time{}
	for _, j := range open {
		requests += j.Requests
		if c := j.CollectBy(); by.IsZero() || !c.IsZero() && c.Before(by) {
			by = c
		}
	}
	p.printf("%s with %s at the service.  To take in their answers: %s   To look: %s\n",
		figures.Of(len(open), "batch job"), figures.Of(requests, "request"), p.again("apply"), p.again("jobs"))
	if !by.IsZero() {
		p.printf("Results must be collected by %s: the service deletes them then.\n", by.Local().Format("Mon 2 Jan 15:04"))
	}
	return nil
}
