package batch

import (
	"context"
	"errors"
	"fmt"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// List lists all jobs that the ledger knows, in the order in which they were made.
func (g *Gateway) List(ctx context.Context) ([]ledger.Job, error) {
	if err := g.desk.Book().Refresh(ctx); err != nil {
		return nil, err
	}
	return g.desk.Book().Jobs(ctx)
}

// TakeIn takes in the answers of all jobs that have ended, whoever asks them now. It sends nothing and waits for nothing.
func (g *Gateway) TakeIn(ctx context.Context) error {
	return g.Send(ctx, func(func(steps.Question, error) bool) {}, steps.Sending{})
}

// Look asks the service how a job stands. A job of which nobody knows whether it exists is looked for by its name; the
// error is model.ErrNoJob if the service shows none.
func (g *Gateway) Look(ctx context.Context, job ledger.Job) (model.Job, error) {
	jobs, err := g.jobsOf(job)
	if err != nil {
		return model.Job{}, err
	}
	if job.ID != "" {
		return jobs.Get(ctx, job.ID)
	}
	found, err := jobs.Find(ctx, job.Name)
	if err == nil && len(found) == 0 {
		err = model.ErrNoJob
	}
	if err != nil {
		return model.Job{}, err
	}
	return found[0], nil
}

func (g *Gateway) jobsOf(job ledger.Job) (model.Jobs, error) {
	jobs, err := g.jobs(job.Provider)
	if err != nil {
		return nil, err
	}
	if account := jobs.Account(); account != job.Account {
		return nil, fmt.Errorf("it was made as another account (%s) than this one (%s): use that key", job.Account, account)
	}
	return jobs, nil
}

// Confirm enters that a job exists, of which nobody knew that, or that was forgotten. The next Send takes in its answers.
// id is the service's name of it; "" has it looked for by its own.
func (g *Gateway) Confirm(ctx context.Context, job ledger.Job, id string) (model.Job, error) {
	if id != "" {
		job.ID = id
	}
	now, err := g.Look(ctx, job)
	if err != nil {
		return now, err
	}
	if now.Name != job.Name {
		return now, fmt.Errorf("%s is called %s at the service, so it is not this job", now.ID, now.Name)
	}
	at := now.Created
	if at.IsZero() {
		at = g.opt.Now()
	}
	return now, g.desk.Book().JobCreated(ctx, job.Name, now.ID, at)
}

// Cancel asks the service to end a job. What it has answered by then is paid for, and taken in by the next Send.
func (g *Gateway) Cancel(ctx context.Context, job ledger.Job) error {
	if job.ID == "" {
		return errors.New("nobody knows whether it exists, so it cannot be cancelled")
	}
	jobs, err := g.jobsOf(job)
	if err != nil {
		return err
	}
	return jobs.Cancel(ctx, job.ID)
}

// GiveUpJob sets the questions of a job free to be asked, and paid for, again, whatever becomes of the job.
func (g *Gateway) GiveUpJob(ctx context.Context, job ledger.Job, why string) error {
	return g.desk.Book().ForgetJob(ctx, job.Name, why)
}
