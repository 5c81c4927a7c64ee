package hub

import (
	"errors"
	"strings"
)

// A Token proves who asks. However it is printed or encoded, it does not show.
type Token string

// String, GoString and MarshalText hide the token.
func (t Token) String() string {
	if t == "" {
		return "(no token)"
	}
	return "(token)"
}

// GoString hides the token from %#v.
func (t Token) GoString() string { return t.String() }

// MarshalText hides the token from encoders.
func (t Token) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

var errToken = errors.New("the token for the Hub has characters that no token has; copy it again from https://huggingface.co/settings/tokens")

// check makes sure that the token can be sent.
func (t Token) check() error {
	if strings.ContainsFunc(string(t), func(r rune) bool { return r <= ' ' || r > '~' }) {
		return errToken
	}
	return nil
}
