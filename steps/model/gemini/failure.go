package gemini

import (
	"fmt"
	"strings"
	"time"

	"sftrun.local/steps"
)

// A Class tells what a failure means for whoever asked.
type Class int

// The classes. Those up to Unreadable pass: the same request may be answered later.
const (
	RateLimit    Class = iota + 1 // asked too much for now: after Wait, and slower
	DailyQuota                    // asked too much for today: until Resets
	Unavailable                   // the service has trouble of its own
	Broken                        // no connection, or it broke
	Unreadable                    // the service says that all went well, and what it sent makes no sense
	KeyRefused                    // the key or the credentials are not accepted
	Forbidden                     // they are, but not for this
	NotFound                      // there is no such model, job or file, or it belongs to somebody else
	BadRequest                    // the request is not as the service wants it
	Unanswerable                  // nor will it answer just this question: the settings are right, as others were answered with them
	Unsupported                   // the service does something else than what this program knows
)

var classWords = map[Class]string{
	RateLimit: "rate limit", DailyQuota: "daily quota", Unavailable: "unavailable", Broken: "connection", Unreadable: "unreadable reply",
	KeyRefused: "key refused", Forbidden: "forbidden", NotFound: "not found", BadRequest: "bad request", Unanswerable: "invalid request",
	Unsupported: "unsupported",
}

// String names the class, as it is counted and shown: "rate limit".
func (c Class) String() string { return classWords[c] }

// Passes tells whether the same request may be answered later.
func (c Class) Passes() bool { return c >= RateLimit && c <= Unreadable }

// A Failure is a request to the service that was not answered. If only this question is concerned, for now (the class
// passes) or for good (Unanswerable), errors.As finds a *steps.Refusal in it too; any other ends all asking.
//
// It never holds the key or a token.
type Failure struct {
	Class   Class
	Status  int           // HTTP status, 0 if there was no reply
	Code    string        // the service's word for it: "RESOURCE_EXHAUSTED", or ""
	Message string        // the service's text on one line, shortened
	Wait    time.Duration // how long the service asks to wait; 0 = it does not say
	Quota   string        // id of the quota that is used up: "GenerateRequestsPerDayPerProjectPerModel", or ""
	Resets  time.Time     // DailyQuota: when it begins anew

	// Lost tells that the request may have been carried out all the same: it had left, and no reply that speaks against
	// it has come. A job may have been created, an answer billed.
	Lost bool

	provider, advice string
}

// Error is one line.
func (f *Failure) Error() string {
	if r := f.refusal(); r != nil {
		return r.Error()
	}
	text := fmt.Sprintf("provider %s: %s", f.provider, f.detail())
	if f.advice != "" {
		text += ": " + f.advice
	}
	return text
}

// Unwrap returns the *steps.Refusal, if only this question is concerned.
func (f *Failure) Unwrap() error {
	if r := f.refusal(); r != nil {
		return r
	}
	return nil
}

func (f *Failure) refusal() *steps.Refusal {
	if !f.Class.Passes() && f.Class != Unanswerable {
		return nil
	}
	return &steps.Refusal{Reason: f.Class.String(), Detail: f.detail(), Transient: f.Class.Passes()}
}

// detail tells all that is known: "429 RESOURCE_EXHAUSTED, quota X, wait 47s: text".
func (f *Failure) detail() string {
	var known []string
	if f.Status != 0 {
		known = append(known, strings.TrimSpace(fmt.Sprintf("%d %s", f.Status, f.Code)))
	}
	if f.Quota != "" {
		known = append(known, "quota "+f.Quota)
	}
	if !f.Resets.IsZero() {
		known = append(known, "resets "+f.Resets.Format("2006-01-02 15:04 MST"))
	} else if f.Wait > 0 {
		known = append(known, "wait "+f.Wait.String())
	}
	text := strings.Join(known, ", ")
	if text != "" && f.Message != "" {
		text += ": "
	}
	return text + f.Message
}
