package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

const (
	firstPoll   = time.Second
	longestPoll = 5 * time.Minute

	// mostBlind is how often in a row a job may not be shown, though it exists, before that is believed for this apply.
	mostBlind = 5

	// afterCancel is how long a job that was cancelled may take to end.
	afterCancel = 30 * time.Minute
)

// A watch is on one job.
type watch struct {
	*sending
	jobs      model.Jobs
	job       ledger.Job
	word      string // the last state that was told
	blind     int
	since     time.Time // when the job had succeeded, as far as this process saw
	cancelled time.Time
}

// follow waits until a job has ended, and takes in its answers. asked are those of its questions that are asked now.
func (w *sending) follow(ctx context.Context, jobs model.Jobs, job ledger.Job, asked []*question) end {
	watch := &watch{sending: w, jobs: jobs, job: job}
	for pause := firstPoll; ; pause = min(longestPoll, pause+pause/2) {
		now, err := jobs.Get(ctx, job.ID)
		if ctx.Err() != nil {
			return end{err: context.Cause(ctx)}
		}
		ready, why, err := watch.judge(ctx, now, err)
		switch {
		case err != nil:
			return end{err: err}
		case why != "":
			return w.hold(job, asked, why)
		case ready:
			return watch.collect(ctx, now, asked)
		case w.opt.NoWait:
			return end{later: true}
		}
		if err := w.opt.Sleep(ctx, pause); err != nil {
			return end{err: err}
		}
	}
}

// judge tells whether there is nothing more to wait for, or else why waiting is pointless in this apply, "" if it is not.
// The error is one that makes all asking pointless.
func (w *watch) judge(ctx context.Context, now model.Job, failed error) (ready bool, why string, err error) {
	var trouble *model.Trouble
	switch {
	case errors.Is(failed, model.ErrNoJob):
		return false, w.unseen(), nil
	case errors.As(failed, &trouble):
		return false, "", nil
	case failed != nil:
		return false, "", fmt.Errorf("batch job %s: %w", w.job.Name, failed)
	}
	w.blind = 0
	if now.Word != w.word && !now.State.Ended() {
		w.word = now.Word
		w.tell(Event{Job: w.job, State: now.Word})
	}
	switch {
	case !now.State.Ended():
		return false, w.overdue(ctx), nil
	case now.Output || now.State != model.JobSucceeded && (now.State != model.JobPartly || now.Succeeded == 0):
		return true, "", nil
	}
	return false, w.withoutOutput(now), nil
}

// unseen says that a job is not shown, if that was so several times.
func (w *watch) unseen() string {
	if w.job.Account != w.jobs.Account() {
		return fmt.Sprintf("batch job %s (%s) belongs to another account (%s): use its key, or give its answers up: sftrun jobs forget %s",
			w.job.Name, w.job.ID, w.job.Account, w.job.Name)
	}
	if w.blind++; w.blind < mostBlind && !w.opt.NoWait {
		return ""
	}
	return fmt.Sprintf("the service shows batch job %s (%s) no more, though it was created; it may have been billed; to ask its requests again: sftrun jobs forget %s",
		w.job.Name, w.job.ID, w.job.Name)
}

// overdue cancels a job that takes too long. What it has answered until then is taken in.
func (w *watch) overdue(ctx context.Context) string {
	now := w.opt.Now()
	switch {
	case !now.After(w.job.Created.Add(w.opt.Deadline)):
		return ""
	case w.cancelled.IsZero():
		w.cancelled = now
		note := fmt.Sprintf("has not ended within %s: cancelled, to have what it has answered", w.opt.Deadline)
		if err := w.jobs.Cancel(ctx, w.job.ID); err != nil {
			w.cancelled = time.Time{}
			note = "has not ended in time, and cannot be cancelled: " + oneLine(err)
		}
		w.tell(Event{Job: w.job, State: w.word, Note: note})
		return ""
	case now.Before(w.cancelled.Add(afterCancel)):
		return ""
	}
	return fmt.Sprintf("batch job %s (%s) goes on though it was cancelled; to ask its requests again: sftrun jobs forget %s", w.job.Name, w.job.ID, w.job.Name)
}

// withoutOutput says that a job has no output though it has succeeded, if that is so for too long.
func (w *watch) withoutOutput(now model.Job) string {
	if w.since.IsZero() {
		w.since = w.opt.Now()
		if !now.Ended.IsZero() && now.Ended.Before(w.since) {
			w.since = now.Ended
		}
	}
	if w.opt.Now().Before(w.since.Add(w.opt.Late)) {
		return ""
	}
	return fmt.Sprintf("batch job %s (%s) has succeeded, and has no output; it may have been billed; it is looked at again in the next apply; to ask its requests again: sftrun jobs forget %s",
		w.job.Name, w.job.ID, w.job.Name)
}
