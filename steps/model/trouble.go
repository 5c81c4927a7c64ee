package model

import (
	"fmt"
	"time"
)

// A Trouble is the error of a client when a request was not answered now and may be answered later. Everything that
// waits, slows down or tries again decides by it, so a client fills it in from status codes and fields of the reply,
// never from words of a message.
//
// What the attempt was billed all the same goes with it, in Answer.Usage and Provenance, as with a *steps.Refusal. A
// client that returns troubles is put behind model/retry, which makes of them what a gateway understands.
type Trouble struct {
	Class TroubleClass

	// Wait is how long the service asks to be left alone (RetryInfo, Retry-After); 0 if it did not say. It holds for
	// every request to the model, not for this one only.
	Wait time.Duration

	// Tokens says that tokens were too many, and not requests (MinuteQuota only). Where the service does not say, it is
	// false.
	Tokens bool

	// Replied says that the service did reply, and said that it failed (Lost only).
	Replied bool

	// Reset is when a spent DayQuota is full again; zero if that is not known.
	Reset time.Time

	// Detail is what the service said, on one line and without any key: it is shown and stored.
	Detail string

	// Err is what lies below, for errors.Is, or nil. Its text is not shown.
	Err error
}

// A TroubleClass says what can be done about a Trouble.
type TroubleClass int

const (
	// Overloaded says that the service could not answer: 500, 502, 503, 504, no connection. The request did not reach a
	// model, or came to nothing there. Trying again uses up a try.
	Overloaded TroubleClass = iota + 1

	// Lost says that the request was sent and its reply did not arrive whole: a connection that broke, a body that ends
	// early, a timeout. It may have been billed, and may be billed again when it is sent again, which uses up a try.
	Lost

	// MinuteQuota says that too much was asked in a short time: 429. Waiting helps, and uses up no try.
	MinuteQuota

	// DayQuota says that what may be asked in a day has been asked. Nothing helps before Reset, so it ends all sending.
	DayQuota
)

// String returns the class as refusals name it.
func (c TroubleClass) String() string {
	switch c {
	case Overloaded:
		return "overloaded"
	case Lost:
		return "reply lost"
	case MinuteQuota:
		return "too many requests"
	case DayQuota:
		return "daily quota spent"
	}
	return fmt.Sprintf("trouble %d", int(c))
}

func (t *Trouble) Error() string {
	text := t.Class.String()
	if t.Class == MinuteQuota && t.Tokens {
		text = "too many tokens"
	}
	if t.Detail != "" {
		text += ": " + t.Detail
	}
	return text
}

func (t *Trouble) Unwrap() error { return t.Err }

// PacificMidnight returns the next midnight in California after now, which is when Google's daily quotas are full
// again. On a machine without a database of time zones it is the winter time, and so in summer an hour late.
func PacificMidnight(now time.Time) time.Time {
	pacific, err := time.LoadLocation("America/Los_Angeles")
	if err != nil {
		pacific = time.FixedZone("PST", -8*60*60)
	}
	year, month, day := now.In(pacific).Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, pacific)
}
