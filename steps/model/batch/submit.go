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

// carryOut makes a job of questions and follows it to its end. before is how often the service had refused one when this
// one was begun.
func (w *sending) carryOut(ctx context.Context, q *queue, chunk []*question, before int, job ledger.Job) end {
	job, err := w.submit(ctx, q, chunk, job)
	if err == nil {
		w.made(q)
		return w.follow(ctx, q.jobs, job, chunk)
	}
	defer w.notMade(q)
	var doubt *doubtError
	switch {
	case errors.As(err, &doubt):
		return w.hold(doubt.job, chunk, doubt.Error())
	case errors.Is(err, errFull):
		return w.full(ctx, q, chunk, before, err)
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
	job.Provider, job.Account, job.Requests = q.provider, q.jobs.Account(), len(chunk)
	job.Call, job.Keeps = ledger.Call{Run: w.s.Run, Step: w.s.Step, Model: q.model}, q.jobs.Keeps()
	if job.File, err = q.jobs.Upload(ctx, job.Name, in, in.size); err != nil {
		return job, w.notUploaded(job, err)
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

// notUploaded says what an upload that came to nothing means: what passes is waited for.
func (w *sending) notUploaded(job ledger.Job, err error) error {
	var trouble *model.Trouble
	if errors.As(err, &trouble) && trouble.Class != model.DayQuota {
		return &fullError{trouble: trouble, upload: true}
	}
	return w.failedAt("upload the requests of", job, err)
}

// failedAt says what could not be done for a job. A spent quota says until when.
func (w *sending) failedAt(doing string, job ledger.Job, err error) error {
	var trouble *model.Trouble
	if errors.As(err, &trouble) && trouble.Class == model.DayQuota {
		return &model.Spent{Model: job.Call.Model, Reset: trouble.Reset, Detail: trouble.Detail}
	}
	return fmt.Errorf("%s batch job %s: %w", doing, job.Name, err)
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
	if undone := w.withdraw(ctx, jobs, job, oneLine(err)); undone != nil {
		return job, errors.Join(err, undone) // as far as the ledger knows there may be a job
	}
	if trouble != nil && trouble.Class != model.DayQuota {
		return job, &fullError{trouble: trouble}
	}
	return job, w.failedAt("create", job, err)
}

// A fullError is errFull, with what the service said.
type fullError struct {
	trouble *model.Trouble
	upload  bool // to the upload: it says nothing about how many jobs there is room for
}

func (e *fullError) Error() string {
	if e.upload {
		return "the service would not take the requests of a batch job (" + e.trouble.Error() + ")"
	}
	return "the service would have no more batch jobs (" + e.trouble.Error() + ")"
}

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
func (w *sending) full(ctx context.Context, q *queue, chunk []*question, before int, err error) end {
	var refusal *fullError
	errors.As(err, &refusal)
	refused := w.refused(q, before)
	wanted := ledger.Job{Provider: q.provider, Call: ledger.Call{Model: q.model}, Requests: len(chunk)}
	if w.opt.NoWait {
		return end{later: true, none: true}
	}
	if refused > mostRefusals {
		w.tell(Event{Job: wanted, Note: refusal.Error() + "; later: sftrun apply"})
		return end{held: chunk, why: &steps.Refusal{Reason: refusal.trouble.Class.String(), Detail: refusal.Error(), Transient: true}, none: true}
	}
	pause := max(refusal.trouble.Wait, min(longestPause, firstPause<<(refused-1)))
	w.tell(Event{Job: wanted, Note: fmt.Sprintf("%s: waiting %s", refusal, pause)})
	if err := w.opt.Sleep(ctx, pause); err != nil {
		return end{err: err, none: true}
	}
	return end{open: chunk, full: !refusal.upload, none: true}
}

// refused counts a refusal. Those of jobs that were begun together count once.
func (w *sending) refused(q *queue, before int) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.refused = max(q.refused, before+1)
	return q.refused
}

// made ends the count, as the service took a job.
func (w *sending) made(q *queue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.refused = 0
	q.trying--
}

func (w *sending) notMade(q *queue) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.trying--
}

// mayTry tells whether another job may be made now. After a refusal only one is tried at a time, and none more by a process
// that does not wait.
func (w *sending) mayTry(q *queue) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return q.refused == 0 || q.trying == 0 && !w.opt.NoWait
}

// beginJob counts a job that is about to be made.
func (w *sending) beginJob(q *queue) (refused int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	q.trying++
	return q.refused
}

// existing is how many jobs of a queue exist.
func (w *sending) existing(q *queue) int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return q.count - q.trying
}

// hold leaves questions to a later apply: as pending if that is what is wanted anyway, or else as failed for now.
func (w *sending) hold(job ledger.Job, chunk []*question, why string) end {
	w.tell(Event{Job: job, Note: why})
	if w.opt.NoWait {
		return end{later: true}
	}
	return end{held: chunk, why: &steps.Refusal{Reason: "in doubt", Detail: why, Transient: true}}
}
