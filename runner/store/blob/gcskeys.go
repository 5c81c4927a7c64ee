package blob

import (
	"context"
	"errors"

	"golang.org/x/oauth2"

	"sftrun.local/runner/access"
)

// googleKeys gives tokens, and says what to do where none are to be had.
type googleKeys struct{ access.Google }

func (k *googleKeys) token(ctx context.Context) (*oauth2.Token, error) {
	token, err := k.Token(ctx)
	var none access.NoGoogleError
	switch {
	case errors.As(err, &none):
		return nil, &failure{kind: setup, text: "no Google credentials were found (" + oneLine(none.Error()) + ").  Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"}
	case err != nil:
		return nil, tokenFailure(err)
	}
	return token, nil
}

// tokenFailure says why no token was given. A refusal names its code alone: what comes with it may tell more than
// belongs into a log.
func tokenFailure(err error) *failure {
	var refusal *oauth2.RetrieveError
	if !errors.As(err, &refusal) {
		return unreachable(err)
	}
	if refusal.Response != nil && statusKind(refusal.Response.StatusCode) == passing {
		return &failure{kind: passing, text: "the service that gives tokens answered " + refusal.Response.Status}
	}
	return &failure{kind: setup, text: "the Google credentials are not accepted (" + refusal.ErrorCode + ") or have expired; run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"}
}
