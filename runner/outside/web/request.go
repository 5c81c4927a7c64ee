package web

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"

	"sftrun.local/runner/outside/ranges"
)

// mostHops is how many redirects are followed for one request.
const mostHops = 8

// get asks for a range of a file, and follows redirects wherever they lead. The same headers go to each host: they hold
// nothing that one may know and another not.
func (s *Source) get(ctx context.Context, to *url.URL, ranged string, condition http.Header) (*http.Response, error) {
	first := show(to)
	for range mostHops {
		r, err := s.send(ctx, to, ranged, condition)
		if err != nil {
			return nil, err
		}
		next, err := target(r, first)
		if err == nil && next == nil {
			return r, nil
		}
		drop(r)
		if err != nil {
			return nil, err
		}
		to = next
	}
	return nil, fmt.Errorf("%s redirects in a circle", first)
}

func (s *Source) send(ctx context.Context, to *url.URL, ranged string, condition http.Header) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", to.Host, ranges.Bare(err))
	}
	r.URL.User = nil
	r.Header.Set("User-Agent", s.agent)
	r.Header.Set("Accept-Encoding", "identity") // lengths and ranges are those of the file
	r.Header.Set("Range", ranged)
	for name, values := range condition {
		r.Header[name] = values
	}
	answer, err := s.http.Do(r)
	if err != nil {
		return nil, unanswered(to.Host, err)
	}
	return answer, nil
}

// target returns where an answer redirects to, or nil if it does not.
func target(r *http.Response, first string) (*url.URL, error) {
	switch r.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := r.Location()
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s redirects to nowhere", first)
	case to.Scheme != "https" && (to.Scheme != "http" || r.Request.URL.Scheme == "https" || !loopback(to.Hostname())):
		return nil, fmt.Errorf("%s redirects to %s without encryption, which is not followed", first, to.Host)
	}
	return to, nil
}

// drop ends with an answer; what is left of a short body is read, so that the connection can be used again.
func drop(r *http.Response) {
	io.CopyN(io.Discard, r.Body, 4<<10)
	r.Body.Close()
}
