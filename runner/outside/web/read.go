package web

import (
	"context"
	"io"
	"net/http"

	"sftrun.local/runner/outside/ranges"
)

// read returns the bytes of a file from off on, up to end, and fails if it is no longer the one told of.
func (s *Source) read(ctx context.Context, a about, off, end int64) (io.ReadCloser, error) {
	r, err := s.get(ctx, a.url, ranges.Header(off, end), a.condition())
	if err != nil {
		return nil, err
	}
	if err := a.check(r, off, end); err != nil {
		drop(r)
		return nil, err
	}
	return r.Body, nil
}

// condition holds while the file is the one told of.
func (a about) condition() http.Header {
	if a.etag != "" {
		return http.Header{"If-Match": {a.etag}}
	}
	return http.Header{"If-Unmodified-Since": {a.modified}}
}

// check makes sure that an answer is what was asked for.
func (a about) check(r *http.Response, off, end int64) error {
	switch r.StatusCode {
	case http.StatusPreconditionFailed, http.StatusRequestedRangeNotSatisfiable, http.StatusNotFound, http.StatusGone:
		return ranges.Changed(a.name())
	case http.StatusPartialContent, http.StatusOK:
	default:
		return problem(r, a.name())
	}
	now, err := about{url: a.url, size: a.size}.validated(r.Header)
	if err != nil || now != a {
		return ranges.Changed(a.name()) // the server ignores conditions
	}
	return ranges.Check(a.name(), off, end, a.size, r.Header.Get("Content-Range"), r.ContentLength)
}
