package model

import "time"

// Delivery says how requests to a model are sent: the fields of a `models:` entry that change no answer. They stand
// beside [Settings] in the config of a step, and neither in the config of its actions nor in any key.
type Delivery struct {
	Project   string `json:"project,omitempty"`        // vertex only: who is asked and billed
	Location  string `json:"location,omitempty"`       // vertex only: where the model runs
	Bucket    string `json:"bucket,omitempty"`         // vertex only: where the files of batch jobs lie, "gs://BUCKET/FOLDER"
	Batch     bool   `json:"batch"`                    // in batch jobs, at half the price
	ThenAlone bool   `json:"batchThenAlone,omitempty"` // what batch jobs could not answer is asked one by one
	Limits    Limits `json:"limits,omitzero"`
	Retry     Retry  `json:"retry,omitzero"`
}

// Limits bound what is asked of one model by this process. 0 is no bound, except for Concurrency.
type Limits struct {
	RequestsPerMinute int `json:"requestsPerMinute,omitempty"` // in any minute, tries that failed included
	TokensPerMinute   int `json:"tokensPerMinute,omitempty"`   // in any minute, as the service counts them
	Concurrency       int `json:"concurrency,omitempty"`       // requests that are being answered at once; 0 = 500
	EnqueuedTokens    int `json:"enqueuedTokens,omitempty"`    // in all batch jobs that are under way
}

// Retry says what is done when a service cannot answer. Waiting for a quota is no try.
type Retry struct {
	Tries       int     `json:"tries,omitempty"`       // of one request in one apply; 0 = 3
	FirstWait   float64 `json:"firstWait,omitempty"`   // most seconds before the second try; doubles with each; 0 = 2
	LongestWait float64 `json:"longestWait,omitempty"` // seconds; 0 = 30
}

// Filled returns the limits with the default where nothing is said.
func (l Limits) Filled() Limits {
	if l.Concurrency == 0 {
		l.Concurrency = 500
	}
	return l
}

// Filled returns what to do with the defaults where nothing is said.
func (r Retry) Filled() Retry {
	if r.Tries == 0 {
		r.Tries = 3
	}
	if r.FirstWait == 0 {
		r.FirstWait = 2
	}
	if r.LongestWait == 0 {
		r.LongestWait = 30
	}
	return r
}

// Wait returns the most that is waited after so many tries.
func (r Retry) Wait(tries int) time.Duration {
	seconds := r.FirstWait
	for range tries - 1 {
		if seconds *= 2; seconds >= r.LongestWait {
			break
		}
	}
	return time.Duration(min(seconds, r.LongestWait) * float64(time.Second))
}
