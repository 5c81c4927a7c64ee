package blob

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// googleKeys finds the credentials of this machine where all of Google's tools look, at the first request, and keeps
// the token until it expires.
type googleKeys struct {
	client *http.Client
	file   string // of credentials; "" = where the tools look

	mu     sync.Mutex
	source oauth2.TokenSource
}

func (k *googleKeys) token(ctx context.Context) (*oauth2.Token, error) {
	source, err := k.find(ctx)
	if err != nil {
		return nil, &failure{kind: setup, text: "no Google credentials were found (" + oneLine(err.Error()) + ").  Run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"}
	}
	token, err := source.Token()
	if err != nil {
		return nil, tokenFailure(err)
	}
	return token, nil
}

func (k *googleKeys) find(ctx context.Context) (oauth2.TokenSource, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.source != nil {
		return k.source, nil
	}
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, k.client) // tokens are renewed long after this request
	found, err := k.credentials(ctx, "https://www.googleapis.com/auth/devstorage.read_write")
	if err != nil {
		return nil, err
	}
	k.source = oauth2.ReuseTokenSource(nil, found.TokenSource)
	return k.source, nil
}

func (k *googleKeys) credentials(ctx context.Context, scope string) (*google.Credentials, error) {
	if k.file == "" {
		return google.FindDefaultCredentials(ctx, scope)
	}
	text, err := os.ReadFile(k.file)
	if err != nil {
		return nil, err
	}
	var file struct{ Type google.CredentialsType }
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", k.file, err)
	}
	return google.CredentialsFromJSONWithType(ctx, text, file.Type, scope)
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
