package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps"
	"sftrun.local/steps/fault"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

const (
	// grace is how long the creation of a job may go on when the context has ended: to know whether there is a job is
	// worth waiting for.
	grace = time.Minute

	// mostRefusals is how often a service may say that there are too many jobs, before the questions are left to the next
	// apply. The waits between make that some hours.
	mostRefusals = 12

	firstPause   = time.Minute
	longestPause = 30 * time.Minute
)

// errFull says that the service would not have a job for now. It does not exist.
var errFull = errors.New("too many jobs")

// carryOut makes a job of questions and follows it to its end.
func (w *sending) carryOut(ctx context.Context, q *queue, chunk []*question, job ledger.Job) end {
	job, err := w.submit(ctx, q, chunk, job)
	var doubt *doubtError
	var trouble *model.Trouble
	switch {
	case err == nil:
		w.notFull(q)
		return w.follow(ctx, q.jobs, job, chunk)
	case errors.As(err, &doubt):
		return w.hold(doubt.job, chunk, doubt.Error())
	case errors.Is(err, errFull):
		return w.full(ctx, q, chunk, err)
	case errors.As(err, &trouble) && trouble.Class != model.DayQuota:
		return end{open: because(chunk, trouble.Class.String(), trouble.Detail)}
	}
	return end{err: err}
}

// submit makes one job. When it returns without an error the job exists, and the ledger knows it.
func (w *sending) submit(ctx context.Context, q *queue, chunk []*question, job ledger.Job) (ledger.Job, error) {
	in, err := w.pack(q, chunk)
	if err != nil {
		return job, err
	}
	defer discard(in.File)
	job.Name, job.Provider, job.Account, job.Requests = w.nextName(), q.provider, q.jobs.Account(), len(chunk)
	job.Call, job.Keeps = ledger.Call{Run: w.s.Run, Step: w.s.Step, Model: q.model}, q.jobs.Keeps()
	if job.File, err = q.jobs.Upload(ctx, job.Name, in, in.size); err != nil {
		return job, fmt.Errorf("batch job %s: %w", job.Name, err)
	}
	fault.Point("job: uploaded")
	job.Intended = w.opt.Now()
	if err := w.desk.Book().IntendJob(context.WithoutCancel(ctx), job, keysOf(chunk)); err != nil {
		return job, err
	}
	fault.Point("job: intended")
	if err := w.mayCreate(ctx); err != nil {
		return job, errors.Join(err, w.withdraw(ctx, q.jobs, job, "stopped before it was created"))
	}
	return w.create(ctx, q.jobs, job)
}

func keysOf(chunk []*question) []ledger.Key {
	keys := make([]ledger.Key, len(chunk))
	for i, q := range chunk {
		keys[i] = q.key
	}
	return keys
}

func (w *sending) mayCreate(ctx context.Context) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return w.desk.Admit()
}

// create creates a job whose intent is durable.
func (w *sending) create(ctx context.Context, jobs model.Jobs, job ledger.Job) (ledger.Job, error) {
	calls, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	created, err := jobs.Create(calls, job.Call.Model, job.Name, job.File)
	fault.Point("job: created")
	var trouble *model.Trouble
	switch {
	case err == nil:
		return w.exists(ctx, job, created)
	case calls.Err() != nil || errors.As(err, &trouble) && trouble.Class == model.Lost:
		return w.afterLoss(ctx, jobs, job, trouble)
	}
	undone := w.withdraw(ctx, jobs, job, oneLine(err))
	if trouble != nil && trouble.Class != model.DayQuota {
		return job, errors.Join(&fullError{trouble}, undone)
	}
	return job, errors.Join(fmt.Errorf("create batch job %s: %w", job.Name, err), undone)
}

// A fullError is errFull, with what the service said.
type fullError struct{ trouble *model.Trouble }

func (e *fullError) Error() string        { return e.trouble.Error() }
func (e *fullError) Is(target error) bool { return target == errFull }

// exists enters that a job was created.
func (w *sending) exists(ctx context.Context, job ledger.Job, created model.Job) (ledger.Job, error) {
	job.ID, job.Created = created.ID, created.Created
	if job.Created.IsZero() {
		job.Created = w.opt.Now()
	}
	err := w.desk.Book().JobCreated(context.WithoutCancel(ctx), job.Name, job.ID, job.Created)
	fault.Point("job: recorded")
	return job, err
}

// withdraw enters that an intended job does not exist, and deletes what was uploaded for it.
func (w *sending) withdraw(ctx context.Context, jobs model.Jobs, job ledger.Job, why string) error {
	calls, cancel := context.WithTimeout(context.WithoutCancel(ctx), grace)
	defer cancel()
	err := w.desk.Book().ForgetJob(calls, job.Name, "never created: "+why)
	w.deleteFile(calls, jobs, job)
	return err
}

// deleteFile deletes the input of a job at the service, where it takes room. It matters little if that fails.
func (w *sending) deleteFile(ctx context.Context, jobs model.Jobs, job ledger.Job) {
	if job.File == "" {
		return
	}
	if err := jobs.DeleteFile(ctx, job.File); err != nil && ctx.Err() == nil {
		w.tell(Event{Job: job, Note: "its input file could not be deleted: " + oneLine(err)})
	}
}

// full waits because the service would not have a job. The questions then go into smaller ones.
func (w *sending) full(ctx context.Context, q *queue, chunk []*question, err error) end {
	var refusal *fullError
	errors.As(err, &refusal)
	refused := w.refusals(q)
	if w.opt.NoWait {
		return end{later: true}
	}
	if refused > mostRefusals {
		return w.hold(ledger.Job{}, chunk, fmt.Sprintf("the service would have no more batch jobs (%s); later: sftrun apply", refusal))
	}
	pause := max(refusal.trouble.Wait, min(longestPause, firstPause<<(refused-1)))
	w.tell(Event{Job: ledger.Job{Provider: q.provider, Call: ledger.Call{Model: q.model}, Requests: len(chunk)},
		Note: fmt.Sprintf("the service would have no more batch jobs for now (%s): waiting %s", refusal, pause)})
	if err := w.opt.Sleep(ctx, pause); err != nil {
		return end{err: err}
	}
	return end{open: chunk, full: true}
}

// refusals counts one more refusal of a job.
func (w *sending) refusals(q *queue) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.refused++
	return q.refused
}

// notFull ends the count, as the service took a job.
func (w *sending) notFull(q *queue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.refused = 0
}

// isFull tells whether the service would not have the last job.
func (w *sending) isFull(q *queue) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return q.refused > 0
}

// because notes why questions got no answer.
func because(chunk []*question, reason, detail string) []*question {
	for _, q := range chunk {
		q.why = &steps.Refusal{Reason: reason, Detail: detail, Transient: true}
	}
	return chunk
}

// hold leaves questions to a later apply: as pending if that is what is wanted anyway, or else as failed for now.
func (w *sending) hold(job ledger.Job, chunk []*question, why string) end {
	w.tell(Event{Job: job, Note: why})
	if w.opt.NoWait {
		return end{later: true}
	}
	return end{held: chunk, why: &steps.Refusal{Reason: "in doubt", Detail: why, Transient: true}}
}
