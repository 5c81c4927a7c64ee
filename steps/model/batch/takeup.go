package batch

import (
	"context"
	"errors"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// A takenUp is a job that an earlier process, or another machine, left open.
type takenUp struct {
	job       ledger.Job
	questions []*question // of it, those that are asked now
}

// findOpen learns which jobs are open, and which questions lie in them.
func (w *sending) findOpen(ctx context.Context) error {
	all, err := w.desk.Book().Jobs(ctx)
	if err != nil {
		return err
	}
	for _, job := range all {
		if !job.Open() {
			continue
		}
		keys, err := w.desk.Book().JobKeys(ctx, job.Name)
		if err != nil {
			return err
		}
		w.desk.Hold(job.Name, job.Most)
		up := &takenUp{job: job}
		w.open = append(w.open, up)
		for _, k := range keys {
			w.taken[k] = up
		}
	}
	return nil
}

// takeUp goes on with the open jobs. For those whose questions nobody asks now it does not wait: what has ended is taken
// in, as the service does not keep it for long.
func (w *sending) takeUp(start func(func(context.Context) end)) {
	for _, up := range w.open {
		if len(up.questions) == 0 {
			w.passOver(up.job)
			if jobs, err := w.Gateway.jobs(up.job.Provider); err == nil {
				start(func(ctx context.Context) end { return w.glance(ctx, jobs, up.job) })
			}
			continue
		}
		jobs := up.questions[0].queue.jobs
		tab := w.desk.Resume(up.job.Name, up.job.Most)
		start(func(ctx context.Context) end {
			e := w.goOn(ctx, jobs, up)
			e.queue, e.tokens, e.tab = up.questions[0].queue, up.job.Tokens, &tab
			return e
		})
	}
}

// passOver leaves a job out of what is under way, as its end is not waited for.
func (w *sending) passOver(job ledger.Job) {
	for _, q := range w.queues {
		if q.provider == job.Provider && q.model == job.Call.Model {
			q.flying -= job.Tokens
			q.count--
		}
	}
}

// goOn follows an open job.
func (w *sending) goOn(ctx context.Context, jobs model.Jobs, up *takenUp) end {
	job := up.job
	if job.ID == "" {
		var err error
		job, err = w.lookFor(ctx, jobs, job)
		var doubt *doubtError
		if errors.As(err, &doubt) {
			return w.hold(job, up.questions, doubt.Error())
		}
		if err != nil {
			return end{err: err}
		}
	}
	return w.follow(ctx, jobs, job, up.questions)
}

// glance takes in the answers of a job that has ended, of which nothing is asked now. Whatever is in the way of that can
// wait.
func (w *sending) glance(ctx context.Context, jobs model.Jobs, job ledger.Job) end {
	if job.ID == "" || job.Account != jobs.Account() {
		return end{}
	}
	now, err := jobs.Get(ctx, job.ID)
	if err != nil || !now.State.Ended() || !now.Output {
		return end{}
	}
	e := (&watch{sending: w, jobs: jobs, job: job}).collect(ctx, now, nil)
	if e.err == nil && !e.later && e.why == nil {
		w.desk.Resume(job.Name, job.Most).Settle(e.usd)
	}
	return end{err: e.err}
}
