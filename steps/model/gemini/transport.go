package gemini

import (
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"slices"
	"sync/atomic"

	"golang.org/x/oauth2"
)

// A transport sends all requests of a client, the SDK's too. It makes them known to the service, and what comes back is
// either a success or a *Failure: here alone is decided what a status means.
type transport struct {
	client  *Client
	network http.RoundTripper
	token   func(context.Context) (*oauth2.Token, error) // nil for providers with a key
	hosts   []string                                     // those that may see key or token
}

// beganKey is the key of the context value, an *atomic.Bool, that is set when a request reaches the transport.
type beganKey struct{}

const keyHeader = "X-Goog-Api-Key"

// RoundTrip implements http.RoundTripper.
func (t *transport) RoundTrip(r *http.Request) (*http.Response, error) {
	if began, ok := r.Context().Value(beganKey{}).(*atomic.Bool); ok {
		began.Store(true)
	}
	var sent atomic.Bool
	traced := httptrace.WithClientTrace(r.Context(), &httptrace.ClientTrace{WroteHeaders: func() { sent.Store(true) }})
	known := r.Clone(traced)
	if err := t.authorize(known); err != nil {
		if r.Body != nil {
			r.Body.Close()
		}
		return nil, err
	}
	resp, err := t.network.RoundTrip(known)
	if err != nil {
		return nil, t.client.broken(r.Context(), err, sent.Load())
	}
	if !refused(r, resp) {
		return resp, nil
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<20)) // what is missing of an error costs only words
	return nil, t.client.failed(r, resp, body)
}

// refused tells whether a reply is no success. A read may be sent elsewhere.
func refused(r *http.Request, resp *http.Response) bool {
	elsewhere := resp.StatusCode >= 300 && resp.StatusCode < 400
	return resp.StatusCode >= 300 && !(elsewhere && r.Method == http.MethodGet)
}

// authorize adds the key or a token, for the hosts that they are meant for.
func (t *transport) authorize(r *http.Request) error {
	r.Header.Del(keyHeader)
	if !slices.Contains(t.hosts, r.URL.Host) {
		return nil
	}
	if t.token == nil {
		r.Header.Set(keyHeader, t.client.opt.Key)
		return nil
	}
	token, err := t.token(r.Context())
	if err != nil {
		return t.client.noToken(r.Context(), err)
	}
	token.SetAuthHeader(r)
	return nil
}
