package batch

import (
	"context"
	"errors"
	"fmt"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// A doubtError says that nobody knows whether a job exists.
type doubtError struct {
	job  ledger.Job
	text string
}

func (e *doubtError) Error() string { return e.text }

const (
	firstLook   = 2 * time.Second
	longestLook = time.Minute
	leastLooks  = 3
)

// lookFor looks for a job that may have been created: by its name, again and again while its creation is recent, as a
// listing may be late. One that is found is entered as created.
func (w *sending) lookFor(ctx context.Context, jobs model.Jobs, job ledger.Job) (ledger.Job, error) {
	if account := jobs.Account(); job.Account != account {
		return job, &doubtError{job, fmt.Sprintf("batch job %s was sent as another account (%s), which alone can see it; use its key, or if there is no such job: sftrun jobs forget %s",
			job.Name, job.Account, job.Name)}
	}
	var last error
	pause := firstLook
	for look := 1; ; look++ {
		found, err := jobs.Find(ctx, job.Name)
		if len(found) > 0 {
			return w.found(ctx, job, found)
		}
		if err != nil {
			last = err
		}
		if look >= leastLooks && (w.opt.NoWait || !w.opt.Now().Before(job.Intended.Add(w.opt.Doubt))) {
			return job, w.inDoubt(job, last)
		}
		if look == 1 {
			w.tell(Event{Job: job, Note: fmt.Sprintf("nobody knows yet whether it was created: it is looked for until %s, or until you say so: sftrun help jobs",
				job.Intended.Add(w.opt.Doubt).Local().Format("15:04"))})
		}
		if err := w.opt.Sleep(ctx, pause); err != nil {
			return job, err
		}
		pause = min(longestLook, 2*pause)
	}
}

// afterLoss looks for a job right after its creation, whose outcome is not known. If the service did reply, and said that
// it failed, and goes on to list no such job, then there is none: without its input, which is deleted before the last
// look, it cannot come to be later either.
func (w *sending) afterLoss(ctx context.Context, jobs model.Jobs, job ledger.Job, trouble *model.Trouble) (ledger.Job, error) {
	found, err := w.lookFor(ctx, jobs, job)
	var doubt *doubtError
	if !errors.As(err, &doubt) || trouble == nil || !trouble.Replied || w.opt.NoWait {
		return found, err
	}
	if jobs.DeleteFile(ctx, job.File) != nil {
		return job, err
	}
	late, failed := jobs.Find(ctx, job.Name)
	switch {
	case failed != nil:
		return job, err
	case len(late) > 0:
		return w.found(ctx, job, late)
	}
	why := "the service failed at creating it (" + trouble.Error() + "), and lists none"
	w.tell(Event{Job: job, Note: why + ": its requests go into another"})
	if err := w.desk.Book().ForgetJob(context.WithoutCancel(ctx), job.Name, why); err != nil {
		return job, err
	}
	return job, &fullError{trouble: trouble}
}

// found enters the job that has the name. There is one, as it was created once; of others, which a service has made of one
// request, the user must know.
func (w *sending) found(ctx context.Context, job ledger.Job, found []model.Job) (ledger.Job, error) {
	job, err := w.exists(ctx, job, found[0])
	if err == nil && len(found) > 1 {
		w.tell(Event{Job: job, Note: fmt.Sprintf("the service has %d jobs of that name; %s is taken, the others may be billed too: cancel %s", len(found), job.ID, found[1].ID)})
	}
	return job, err
}

func (w *sending) inDoubt(job ledger.Job, last error) error {
	text := fmt.Sprintf("nobody knows whether batch job %s was created (%s), as the service does not list it", job.Name, job.Intended.Format("2 Jan 15:04"))
	if last != nil {
		text += " (" + oneLine(last) + ")"
	}
	return &doubtError{job, text + "; it is looked for in each apply; if you are sure that there is none: sftrun jobs forget " + job.Name}
}

// oneLine is what an error says, with what the service said if it is of the service.
func oneLine(err error) string {
	var trouble *model.Trouble
	if errors.As(err, &trouble) {
		return trouble.Error()
	}
	return err.Error()
}
