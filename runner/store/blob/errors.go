package blob

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

// An OutageError says that the service has not answered for longer than patience lasts. Trying again later helps, and
// nothing else.
type OutageError struct {
	Store string    // address of the bucket
	Since time.Time // when it failed first, with no answer since
	Tries int       // of the request that was given up
	Err   error     // how it failed last
}

func (e *OutageError) Error() string {
	return fmt.Sprintf("the store %s has not answered since %s (%d tries, at last: %v).  Nothing that was made or paid for is lost; run the same command again when the network or the service is back",
		e.Store, e.Since.Format("15:04:05"), e.Tries, e.Err)
}

func (e *OutageError) Unwrap() error { return e.Err }

// A SetupError says that the store cannot be used as it is set up: keys, rights, the name of the bucket, or the kind
// of service. Trying again does not help.
type SetupError struct {
	Store string
	Text  string // what is wrong, and what to do
}

func (e *SetupError) Error() string { return "the store " + e.Store + " cannot be used: " + e.Text }

// kind is what an answer of a service means for what is done next.
type kind int

const (
	other   kind = iota // an error that nothing is known of
	absent              // there is no such object, or no such bucket
	refused             // the condition does not hold
	passing             // asking again may help; the request may have been carried out all the same
	setup               // the user must do something
	mute                // an error without a text; another request will tell
)

// A failure is an answer of a service other than success.
type failure struct {
	kind  kind
	text  string        // for the user, without secrets
	after time.Duration // how long the service asked to wait
}

func (f *failure) Error() string { return f.text }

func isKind(err error, k kind) bool {
	var f *failure
	return errors.As(err, &f) && f.kind == k
}

// told makes an error of the package's own of what a user must know.
func (b *Bucket) told(err error) error {
	var f *failure
	var out *OutageError
	if errors.As(err, &out) || !errors.As(err, &f) {
		return err
	}
	switch f.kind {
	case other:
		return fmt.Errorf("the store %s: %s", b, f.text)
	case absent: // of a listing
		return &SetupError{Store: b.String(), Text: fmt.Sprintf("there is no bucket %q; make it, or correct its name", b.place.bucket)}
	}
	return &SetupError{Store: b.String(), Text: f.text}
}

func (b *Bucket) unordered() error {
	return &SetupError{Store: b.String(), Text: "it does not list names in order, as directory buckets of S3 do not; use a general purpose bucket"}
}

// oneLine makes a text of a service, or of the network, fit for an error.
func oneLine(text string) string {
	line := strings.Join(strings.Fields(text), " ")
	if len(line) > 300 {
		line = strings.ToValidUTF8(line[:300], "") + "…"
	}
	return line
}
