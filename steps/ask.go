package steps

import "errors"

// A Question is a request that costs something to answer and whose answer is kept for ever: a call of a model. The
// runner passes it on without looking into it.
type Question struct {
	Key  string // digest of all that the answer depends on
	Body []byte // the whole request, for whoever answers it
}

// A Reply is the answer to a Question.
type Reply struct {
	Body       []byte // the answer, for whoever asked
	Provenance []byte // how it was obtained (job, model version, usage), a JSON object on one line, or nil
}

// ErrPending says that a question has been noted and has no answer yet.
var ErrPending = errors.New("waits for answers")

// A Refusal says that something that was asked for will not be had, and why. It is settled, and not asked again
// until something that changes the answer changes, unless it is Transient: then the next apply tries again.
type Refusal struct {
	Reason    string // a short word that is counted and shown: "MAX_TOKENS"
	Detail    string // what is known beyond that, or ""
	Transient bool

	// Questions are the keys of questions whose replies were no good, for a step that refuses a reply itself: asking
	// them again may mend it, and the user may demand that (apply --retry-failed).
	Questions []string
}

func (r *Refusal) Error() string {
	if r.Detail == "" {
		return r.Reason
	}
	return r.Reason + ": " + r.Detail
}

// A Quote is what answering a question is expected to cost. Likely is the estimate, Least and Most its bounds.
type Quote struct {
	Free                bool // costs nothing, whatever the figures
	Sent                bool // it was sent before, and its answer is under way; then it is free
	Priced              bool // the price is known; if not, the USD fields say nothing
	TokensIn, TokensOut int
	Least, Likely, Most float64 // USD
}

// Sending says for whom questions are sent.
type Sending struct {
	Run, Step string
	Workers   int        // most questions asked at once; 0 = as many as the model's limits allow
	Sent      func(Sent) // called as answers arrive, from one goroutine at a time; may be nil
}

// Sent tells of one question that was answered or refused.
type Sent struct {
	Key       string
	Refused   bool
	TokensIn  int
	TokensOut int
	USD       float64
}

// ErrLater says that questions were sent and that their answers are not waited for: a later apply finds them.
var ErrLater = errors.New("answers come later")
