package batch

import (
	"cmp"
	"context"
	"time"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/ledger"
)

// Options say which questions go into jobs, and how jobs are dealt with. What is 0 has the default in brackets.
type Options struct {
	// Delivery says how questions to a model are sent; nil = all one by one. Jobs finds the batch jobs of a provider that
	// Delivery wants, or says why there are none, such as a key that is missing.
	Delivery func(model.Settings) model.Delivery
	Jobs     func(provider string) (model.Jobs, error)

	Folder string // for temporary files, made when needed; "" = the system's
	Prefix string // of the names of jobs: the pipeline's name

	// NoWait submits what can be submitted, takes in what has ended, and leaves: Send then returns steps.ErrLater if
	// anything is still open.
	NoWait bool

	// Adopt are jobs, by the service's names of them, that somebody else made. They must answer questions that are asked.
	Adopt []string

	Requests int   // most in a job [10,000]
	Bytes    int64 // most of an input file, about [500 MB]
	AtOnce   int   // jobs under way [20]

	Deadline time.Duration // after which a job that has not ended is cancelled [50 h]
	Doubt    time.Duration // for which a job is looked for that may not exist [10 min]
	Late     time.Duration // for which a job that has succeeded may be without its output [30 min]

	// Tell is told how jobs go, from one goroutine at a time; may be nil.
	Tell func(Event)

	Now   func() time.Time                           // time.Now if nil
	Sleep func(context.Context, time.Duration) error // really waits if nil
}

// An Event tells of a job.
type Event struct {
	Job   ledger.Job
	State string // the service's word; "" = nothing is known
	Note  string // what a user should know, a line; or ""
}

func (o *Options) fill() {
	o.Requests = cmp.Or(o.Requests, 10_000)
	o.Bytes = cmp.Or(o.Bytes, 500<<20)
	o.AtOnce = cmp.Or(o.AtOnce, 20)
	o.Deadline = cmp.Or(o.Deadline, 50*time.Hour)
	o.Doubt = cmp.Or(o.Doubt, 10*time.Minute)
	o.Late = cmp.Or(o.Late, 30*time.Minute)
	o.Prefix = cmp.Or(o.Prefix, "sftrun")
	if o.Delivery == nil {
		o.Delivery = func(model.Settings) model.Delivery { return model.Delivery{} }
	}
	if o.Tell == nil {
		o.Tell = func(Event) {}
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
