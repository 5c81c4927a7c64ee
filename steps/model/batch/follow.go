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
	silent    bool      // it was told that the service says nothing of the job
	since     time.Time // when the job had ended, as far as this process saw
	cancelled time.Time // when that was tried first
	cancel    error     // what the service said to that
}

// follow waits until a job has ended, and takes in its answers. asked are those of its questions that are asked now.
func (w *sending) follow(ctx context.Context, jobs model.Jobs, job ledger.Job, asked []*question) end {
	watch := &watch{sending: w, jobs: jobs, job: job}
	for pause := firstPoll; ; pause = min(longestPoll, pause+pause/2) {
		now, failed := jobs.Get(ctx, job.ID)
		if ctx.Err() != nil {
			return end{err: context.Cause(ctx)}
		}
		ready, why, err := watch.judge(ctx, now, failed)
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
		if err := w.opt.Sleep(ctx, max(pause, waitOf(failed))); err != nil {
			return end{err: err}
		}
	}
}

// waitOf is how long the service asked to be left alone.
func waitOf(failed error) time.Duration {
	if trouble := (*model.Trouble)(nil); errors.As(failed, &trouble) {
		return trouble.Wait
	}
	return 0
}

// judge tells whether there is nothing more to wait for, or else why waiting is pointless in this apply, "" if it is not.
// The error is one that makes all asking pointless.
func (w *watch) judge(ctx context.Context, now model.Job, failed error) (ready bool, why string, err error) {
	var trouble *model.Trouble
	switch {
	case errors.Is(failed, model.ErrNoJob):
		return false, w.unseen(), nil
	case errors.As(failed, &trouble):
		return false, w.unheard(trouble), nil
	case failed != nil:
		return false, "", fmt.Errorf("batch job %s: %w", w.job.Name, failed)
	}
	w.blind, w.silent = 0, false
	if now.Word != w.word && !now.State.Ended() {
		w.word = now.Word
		w.tell(Event{Job: w.job, State: now.Word})
	}
	switch {
	case !now.State.Ended():
		return false, w.overdue(ctx), nil
	case now.Output || now.State != model.JobSucceeded && now.Succeeded == 0:
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

// unheard tells once that the service says nothing of a job for now. Long after the job must have ended, it is left to the
// next apply.
func (w *watch) unheard(trouble *model.Trouble) string {
	if !w.silent {
		w.silent = true
		w.tell(Event{Job: w.job, State: w.word, Note: fmt.Sprintf("the service does not say how it stands (%s): it is asked again and again", trouble)})
	}
	if w.opt.Now().Before(w.job.Created.Add(w.opt.Deadline + afterCancel)) {
		return ""
	}
	return fmt.Sprintf("the service does not say how batch job %s (%s) stands (%s); next try: sftrun apply", w.job.Name, w.job.ID, trouble)
}

// overdue cancels a job that takes too long. What it has answered until then is taken in.
func (w *watch) overdue(ctx context.Context) string {
	now := w.opt.Now()
	switch first := w.cancelled.IsZero(); {
	case !now.After(w.job.Created.Add(w.opt.Deadline)):
		return ""
	case first:
		w.cancelled = now
		fallthrough
	case w.cancel != nil:
		w.cancelNow(ctx, first)
	}
	if now.Before(w.cancelled.Add(afterCancel)) {
		return ""
	}
	why := "though it was cancelled"
	if w.cancel != nil {
		why = "and cannot be cancelled (" + oneLine(w.cancel) + ")"
	}
	return fmt.Sprintf("batch job %s (%s) goes on %s; it is looked at again in the next apply; to ask its requests again: sftrun jobs forget %s",
		w.job.Name, w.job.ID, why, w.job.Name)
}

// cancelNow asks the service to end the job, and tells of the first time.
func (w *watch) cancelNow(ctx context.Context, first bool) {
	w.cancel = w.jobs.Cancel(ctx, w.job.ID)
	note := fmt.Sprintf("has not ended within %s: cancelled, to have what it has answered", w.opt.Deadline)
	if w.cancel != nil {
		note = fmt.Sprintf("has not ended within %s, and cannot be cancelled for now: %s", w.opt.Deadline, oneLine(w.cancel))
	}
	if first {
		w.tell(Event{Job: w.job, State: w.word, Note: note})
	}
}

// withoutOutput says that a job has no output though it has answered something, if that is so for too long.
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
	return fmt.Sprintf("batch job %s (%s) has ended as %s, and has no output; it may have been billed; it is looked at again in the next apply; to ask its requests again: sftrun jobs forget %s",
		w.job.Name, w.job.ID, now.Word, w.job.Name)
}
