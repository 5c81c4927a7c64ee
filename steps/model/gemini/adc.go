package gemini

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// machineKeys finds the credentials of this machine where all of Google's tools look, at the first request, and keeps
// the token until it expires.
type machineKeys struct {
	network http.RoundTripper

	mu     sync.Mutex
	source oauth2.TokenSource
}

// errNoCredentials says that this machine has no credentials.
var errNoCredentials = errors.New("no Google credentials were found")

func (k *machineKeys) token(ctx context.Context) (*oauth2.Token, error) {
	source, err := k.find(ctx)
	if err != nil {
		return nil, err
	}
	return source.Token()
}

func (k *machineKeys) find(ctx context.Context) (oauth2.TokenSource, error) {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.source != nil {
		return k.source, nil
	}
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, &http.Client{Transport: k.network}) // tokens are renewed long after this request
	found, err := google.FindDefaultCredentials(ctx, "https://www.googleapis.com/auth/cloud-platform")
	if err != nil {
		return nil, fmt.Errorf("%w (%v)", errNoCredentials, err)
	}
	k.source = oauth2.ReuseTokenSource(nil, found.TokenSource)
	return k.source, nil
}

// FixedToken is an Options.Token that is always the same, for services that take any.
func FixedToken(text string) func(context.Context) (*oauth2.Token, error) {
	return func(context.Context) (*oauth2.Token, error) { return &oauth2.Token{AccessToken: text}, nil }
}

// noToken says why no token was had. A refusal names its code alone: what comes with it may tell more than belongs into
// a log.
func (c *Client) noToken(ctx context.Context, err error) error {
	var refusal *oauth2.RetrieveError
	f := &Failure{Class: KeyRefused, provider: c.opt.Provider}
	switch {
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case errors.Is(err, errNoCredentials):
		f.Message, f.advice = c.clean(err.Error()), credentialsAdvice
	case !errors.As(err, &refusal):
		return c.broken(ctx, err, false)
	case refusal.Response != nil && (refusal.Response.StatusCode >= 500 || refusal.Response.StatusCode == http.StatusTooManyRequests):
		f.Class, f.Status, f.Message = Unavailable, refusal.Response.StatusCode, "the service that gives tokens has trouble"
	default:
		f.Message, f.advice = "the Google credentials are not accepted or have expired: "+c.clean(refusal.ErrorCode), credentialsAdvice
	}
	return f
}

const credentialsAdvice = "run `gcloud auth application-default login`, or set GOOGLE_APPLICATION_CREDENTIALS"
