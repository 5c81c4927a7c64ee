package access

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"

	"golang.org/x/oauth2"
	"golang.org/x/oauth2/google"
)

// Rights that Google's tokens may give on what lies in Cloud Storage.
const (
	GoogleReads  = "https://www.googleapis.com/auth/devstorage.read_only"
	GoogleWrites = "https://www.googleapis.com/auth/devstorage.read_write"
)

// Google finds the credentials of this machine where all of Google's tools look, at the first request, and keeps the
// token until it expires.
type Google struct {
	Client *http.Client // sends requests for tokens
	Rights string       // GoogleReads or GoogleWrites
	File   string       // of credentials; "" = where the tools look

	mu     sync.Mutex
	source oauth2.TokenSource
}

// Token returns a token. An error is a NoGoogleError, or that of asking for a token, such as an *oauth2.RetrieveError.
func (g *Google) Token(ctx context.Context) (*oauth2.Token, error) {
	source, err := g.find(ctx)
	if err != nil {
		return nil, NoGoogleError{err}
	}
	return source.Token()
}

// A NoGoogleError says that there are no credentials on this machine, and why.
type NoGoogleError struct{ error }

// Unwrap returns what the library says.
func (e NoGoogleError) Unwrap() error { return e.error }

func (g *Google) find(ctx context.Context) (oauth2.TokenSource, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.source != nil {
		return g.source, nil
	}
	ctx = context.WithValue(context.WithoutCancel(ctx), oauth2.HTTPClient, g.Client) // tokens are renewed long after this request
	found, err := g.credentials(ctx)
	if err != nil {
		return nil, err
	}
	g.source = oauth2.ReuseTokenSource(nil, found.TokenSource)
	return g.source, nil
}

func (g *Google) credentials(ctx context.Context) (*google.Credentials, error) {
	if g.File == "" {
		return google.FindDefaultCredentials(ctx, g.Rights)
	}
	text, err := os.ReadFile(g.File)
	if err != nil {
		return nil, err
	}
	var file struct{ Type google.CredentialsType }
	if err := json.Unmarshal(text, &file); err != nil {
		return nil, fmt.Errorf("%s: %w", g.File, err)
	}
	return google.CredentialsFromJSONWithType(ctx, text, file.Type, g.Rights)
}
