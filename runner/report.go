package runner

import "time"

// Outcome says how an apply ended.
type Outcome string

// The outcomes of an apply.
const (
	Complete Outcome = "complete" // every step is done
	Partial  Outcome = "partial"  // every step is done, but rows failed or were left out by a trial
	Held     Outcome = "held"     // steps that cost something were left out, or a check said no to what follows
	Stopped  Outcome = "stopped"  // by the user
	Failed   Outcome = "failed"   // an error
)

// A Report tells what an apply did.
type Report struct {
	Run     RunRecord    // as recorded; Number is 0 if there was nothing to do and nothing to record
	Steps   []StepReport // of the steps that the apply was for, in order
	Outcome Outcome
	Changed bool      // anything was executed or published
	Mended  []string  // names, in the store, of damaged objects that were made again
	Files   []string  // all published files that are current, as the user would write them
	Kept    []Publish // published files that were changed by hand, and were left alone
	Halts   []string  // what checks said no to
}

// A StepReport tells what an apply did with one step.
type StepReport struct {
	Name     string  `json:"name"`
	Kind     string  `json:"kind"`
	Done     bool    `json:"done"`
	Held     bool    `json:"held,omitempty"`  // its questions were not sent, or not answered yet
	Later    bool    `json:"later,omitempty"` // its questions were sent, and answers come later
	Partial  bool    `json:"partial,omitempty"`
	Actions  int     `json:"actions"`
	Executed int     `json:"executed"`
	Reused   int     `json:"reused"`
	RowsIn   int     `json:"rowsIn"`
	Asked    int     `json:"asked,omitempty"`    // questions sent
	Answered int     `json:"answered,omitempty"` // distinct questions whose answer was there before
	Asks     Asks    `json:"asks,omitzero"`      // those that were held back
	USD      float64 `json:"usd,omitempty"`
	Seconds  float64 `json:"seconds,omitempty"`
	File     string  `json:"file,omitempty"` // published by this run
	Tally    Tally   `json:"tally"`

	began time.Time
}

// Event tells of something that happened in an apply.
type Event struct {
	What      What        `json:"event"`
	Step      string      `json:"step"`
	Label     string      `json:"label,omitempty"`   // of the action
	Actions   int         `json:"actions,omitempty"` // Began: to execute; Did: executed so far
	Rows      int         `json:"rows,omitempty"`    // Began: that come in; Did: that the action worked on
	Answered  int         `json:"answered,omitempty"`
	Questions int         `json:"questions,omitempty"`
	USD       float64     `json:"usd,omitempty"`
	Report    *StepReport `json:"report,omitempty"` // Ended
}

// What happened.
type What string

// The events of an apply.
const (
	Began What = "began" // a step that has to run
	Did   What = "did"   // an action
	Sent  What = "sent"  // a question was answered
	Ended What = "ended" // a step, also one that was cached
)
