package ledger

import (
	"encoding/hex"
	"errors"
	"fmt"
	"time"
)

// A Key is the digest of all that an answer depends on.
type Key [32]byte

// ParseKey reads a key as it is written everywhere outside this package: 64 hexadecimal digits.
func ParseKey(s string) (Key, error) {
	var k Key
	if n, err := hex.Decode(k[:], []byte(s[:min(len(s), 64)])); err != nil || n != len(k) || len(s) != 64 {
		return Key{}, fmt.Errorf("ledger: %q is no key of a question: it must be 64 hexadecimal digits", s)
	}
	return k, nil
}

func (k Key) String() string { return hex.EncodeToString(k[:]) }

// A Kind tells what happened to a question. The numbers stand in segments and must not change.
type Kind uint8

const (
	Answered  Kind = 1 // there is an answer
	Refused   Kind = 2 // settled: there will be no answer
	Failed    Kind = 3 // not settled; kept because it was billed
	Forgotten Kind = 4 // all answers and refusals of the key before this one count no more, except in the books
	Intended  Kind = 5 // a call is about to be made, which may be billed
	Settled   Kind = 6 // the call that was intended was not made, or not billed

	// What happens to batch jobs, whose keys are not those of questions (job.go).
	jobIntended  Kind = 7
	jobCreated   Kind = 8
	jobEnded     Kind = 9
	jobForgotten Kind = 10
	jobQuestions Kind = 11
)

// A Record is one thing that happened to a question, and what it cost.
type Record struct {
	Key  Key
	Kind Kind
	At   time.Time // when it happened, by the clock of the machine that tells of it
	Call Call
	Cost Cost

	Reason, Detail string // Refused and Failed: why

	Provenance []byte // how an answer was obtained, as it was given; nil if nothing is known
	Body       []byte // the answer
}

// Call says on whose behalf a question was asked and of whom. It is for reports.
type Call struct {
	Run   string `json:"run,omitempty"`
	Step  string `json:"step,omitempty"`
	Model string `json:"model,omitempty"`
}

// Cost is what was billed.
type Cost struct {
	In      int     `json:"in,omitempty"`      // tokens of prompts
	Out     int     `json:"out,omitempty"`     // tokens of answers, without thinking
	Thought int     `json:"thought,omitempty"` // tokens of thinking
	Cached  int     `json:"cached,omitempty"`  // those of In that were billed at the cached rate
	USD     float64 `json:"usd,omitempty"`
}

// ErrUnknown says that the ledger holds no answer and no refusal for a key.
var ErrUnknown = errors.New("not in the ledger")

// Damage says which object is not what was written, where and how.
type Damage struct {
	Name string // of the segment in its bucket, or path of the index
	Text string

	gone bool // the segment is not there any more
}

func (d *Damage) Error() string { return fmt.Sprintf("%s is damaged: %s", d.Name, d.Text) }
