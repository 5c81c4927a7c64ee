package model

import (
	"context"
	"errors"
	"io"
	"iter"
	"time"
)

// Jobs is a service that answers requests in batch jobs: many at once, at a lower price, within hours. Package batch
// decides what goes into a job and what is done when one fails; whoever implements Jobs carries it out.
//
// Errors that pass are a *Trouble. Of these, Lost is the one that matters: after it nobody knows whether a job was
// created. An error that says that there is no such job, or that this key may not see it, is [ErrNoJob]. Nothing but
// Upload and Results repeats anything.
type Jobs interface {
	// Ready tells why there can be no jobs, such as a missing bucket; nil if there can.
	Ready() error

	// Account tells whose jobs these are, by a digest of the key or the name of the project: no key can be learned from
	// it. A job is seen only by the account that made it.
	Account() string

	// Keeps is how long the service keeps what a job has made, 0 for ever.
	Keeps() time.Duration

	// AppendLine appends the line of a request, its end included, to what will be uploaded. The request's Key comes back
	// with its answer.
	AppendLine(to []byte, r Request) ([]byte, error)

	// Upload carries a file of lines to the service and returns the name under which Create takes it.
	Upload(ctx context.Context, name string, file io.ReaderAt, size int64) (string, error)

	// Create makes a job, once. The display name is one that no other job has.
	Create(ctx context.Context, model, displayName, file string) (Job, error)

	// Get tells how a job stands.
	Get(ctx context.Context, id string) (Job, error)

	// Find returns the jobs of that display name that the service lists. That a job is not listed does not mean that it
	// does not exist.
	Find(ctx context.Context, displayName string) ([]Job, error)

	// Results reads what became of the requests of a job, in any order.
	Results(ctx context.Context, j Job) iter.Seq2[Result, error]

	// Cancel asks the service to end a job. One that has ended is no error.
	Cancel(ctx context.Context, id string) error

	// DeleteFile deletes a file that Upload made. One that is gone is no error.
	DeleteFile(ctx context.Context, name string) error
}

// ErrNoJob says that the service knows of no such job, or that this key may not see it.
var ErrNoJob = errors.New("the service shows no such job to this key")

// A Job is a batch job as its service tells of it.
type Job struct {
	ID      string // the service's name of it: "batches/x"
	Name    string // the display name
	Model   string
	State   JobState
	Word    string // the service's own word for the state
	Created time.Time
	Ended   time.Time // zero if it has not, or the service does not say
	Trouble string    // why it did not succeed, on one line; ""
	Code    int       // of Trouble, of google.rpc.Code; 0
	Output  bool      // there are answers to be had

	Requests, Succeeded, Failed int // as far as the service tells

	Rest any // what else whoever gave it needs for Results
}

// A JobState says where a job stands.
type JobState int

// The states. Answers that a job has made until it ends are paid for, whatever its state.
const (
	JobUnknown   JobState = iota // a word that the client does not know: not taken for an end
	JobQueued                    // it has not begun
	JobRunning                   // it has
	JobSucceeded                 // it has come to its end; all of its requests may have failed
	JobPartly                    // it has ended with some of its requests
	JobFailed                    //
	JobCancelled                 //
	JobExpired                   //
)

// Ended tells whether nothing more will happen.
func (s JobState) Ended() bool { return s >= JobSucceeded }

// A Result is what became of one request of a job.
type Result struct {
	Where  string // for messages: file and line
	Key    string // of the request; "" if the service gave none
	Answer Answer
	From   Provenance

	// Err is nil if there is an answer, a *steps.Refusal if there is none, with what that cost in Answer.Usage, and any
	// other error if what the service sent cannot be read.
	Err error
}
