package gemini

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
	"time"

	"sftrun.local/steps/model"
)

// AsJobs returns the client's batch jobs as package batch wants them.
func (c *Client) AsJobs() model.Jobs { return jobs{c} }

type jobs struct{ c *Client }

var _ model.Jobs = jobs{}

func (j jobs) Ready() error { return j.c.HasJobs() }

// Account digests the key, of which nothing can be learned from 48 bits.
func (j jobs) Account() string {
	if j.c.opt.Provider == Vertex {
		return "project " + j.c.opt.Project
	}
	sum := sha256.Sum256([]byte("sftrun account\n" + j.c.opt.Key))
	return "key " + hex.EncodeToString(sum[:6])
}

// fileLife is how long the Gemini API keeps files.
const fileLife = 48 * time.Hour

func (j jobs) Keeps() time.Duration {
	if j.c.opt.Provider == Vertex {
		return 0 // the bucket is the user's
	}
	return fileLife
}

func (j jobs) AppendLine(to []byte, r model.Request) ([]byte, error) { return j.c.AppendLine(to, r) }

func (j jobs) Upload(ctx context.Context, name string, file io.ReaderAt, size int64) (string, error) {
	uploaded, err := j.c.Upload(ctx, name, file, size)
	return uploaded, asTrouble(err)
}

func (j jobs) Create(ctx context.Context, m, displayName, file string) (model.Job, error) {
	job, err := j.c.Create(ctx, m, displayName, file)
	return asJob(job), asTrouble(err)
}

func (j jobs) Get(ctx context.Context, id string) (model.Job, error) {
	job, err := j.c.Get(ctx, id)
	return asJob(job), ofJob(err)
}

func (j jobs) Find(ctx context.Context, displayName string) ([]model.Job, error) {
	found, err := j.c.Find(ctx, displayName)
	var all []model.Job
	for _, one := range found {
		all = append(all, asJob(one))
	}
	return all, asTrouble(err)
}

func (j jobs) Results(ctx context.Context, job model.Job) iter.Seq2[model.Result, error] {
	return func(yield func(model.Result, error) bool) {
		own, ok := job.Rest.(Job)
		if !ok {
			yield(model.Result{}, fmt.Errorf("results of %s: the job was not told of by this client", job.ID))
			return
		}
		for r, err := range j.c.Results(ctx, own) {
			one := model.Result{Where: fmt.Sprintf("%s:%d", r.File, r.Line), Key: r.Key, Answer: r.Answer, From: r.From, Err: r.Err}
			if !yield(one, asTrouble(err)) {
				return
			}
		}
	}
}

func (j jobs) Cancel(ctx context.Context, id string) error { return ofJob(j.c.Cancel(ctx, id)) }

func (j jobs) DeleteFile(ctx context.Context, name string) error {
	err := j.c.DeleteFile(ctx, name)
	var f *Failure
	if errors.As(err, &f) && (f.Class == NotFound || f.Class == Forbidden) { // what is gone is forbidden there
		return nil
	}
	return asTrouble(err)
}

// ofJob says in the words of package model why a job cannot be asked for.
func ofJob(err error) error {
	var f *Failure
	if errors.As(err, &f) && f.Class == NotFound {
		return fmt.Errorf("%w: %w", model.ErrNoJob, err)
	}
	return asTrouble(err)
}

// asTrouble says what can be done about a failure in the words of package model. An error that does not pass stays what
// it is.
func asTrouble(err error) error {
	var f *Failure
	if !errors.As(err, &f) {
		return err
	}
	t := &model.Trouble{Wait: f.Wait, Reset: f.Resets, Detail: f.detail(), Err: err}
	switch {
	case f.Lost:
		t.Class, t.Replied = model.Lost, f.Status >= 500
	case f.Class == DailyQuota:
		t.Class = model.DayQuota
	case f.Class == RateLimit:
		t.Class, t.Tokens = model.MinuteQuota, strings.Contains(f.Quota, "Token")
	case f.Class.Passes():
		t.Class = model.Overloaded
	default:
		return err
	}
	return t
}

var jobStates = map[State]model.JobState{
	Queued: model.JobQueued, Pending: model.JobQueued, Paused: model.JobQueued,
	Running: model.JobRunning, Updating: model.JobRunning, Cancelling: model.JobRunning,
	Succeeded: model.JobSucceeded, PartiallySucceeded: model.JobPartly, Failed: model.JobFailed,
	Cancelled: model.JobCancelled, Expired: model.JobExpired,
}

func asJob(j Job) model.Job {
	out := model.Job{
		ID: j.Name, Name: j.DisplayName, Model: j.Model, State: jobStates[j.State], Word: string(j.State), Created: j.Created, Ended: j.Ended,
		Output: j.HasAnswers(), Requests: j.Stats.Requests, Succeeded: j.Stats.Succeeded, Failed: j.Stats.Failed, Rest: j,
	}
	if j.Trouble != nil {
		out.Trouble, out.Code = j.Trouble.Message, j.Trouble.Code
	}
	return out
}
