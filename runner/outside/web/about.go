package web

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"sftrun.local/runner/outside/ranges"
)

// about is what a server tells of a file.
type about struct {
	url      *url.URL
	size     int64
	etag     string // a strong one, or ""
	modified string // Last-Modified as it was sent, where there is no strong ETag
}

func (a about) name() string { return show(a.url) }

func (a about) digest() string {
	size := strconv.FormatInt(a.size, 10)
	if a.etag != "" {
		return ranges.Digest("etag", a.url.String(), a.etag, size)
	}
	return ranges.Digest("modified", a.url.String(), a.modified, size)
}

// about asks for the first byte. That also tells whether the server has parts of files at all, which a HEAD does not, and
// some servers answer to no HEAD.
func (s *Source) about(ctx context.Context, u *url.URL) (a about, err error) {
	err = s.pool.Ask(ctx, show(u), func(ctx context.Context) error {
		r, err := s.get(ctx, u, "bytes=0-0", nil)
		if err != nil {
			return err
		}
		defer drop(r)
		a, err = told(u, r)
		return err
	})
	return a, err
}

// told reads an answer to the question for the first byte.
func told(u *url.URL, r *http.Response) (about, error) {
	a := about{url: u}
	switch total, ok := ranges.Total(r.Header.Get("Content-Range")); {
	case r.StatusCode == http.StatusPartialContent && ok:
		a.size = total
	case r.StatusCode == http.StatusRequestedRangeNotSatisfiable && (!ok || total == 0):
		return a, fmt.Errorf("%s: the file is empty", a.name())
	case r.StatusCode == http.StatusPartialContent:
		return a, fmt.Errorf("%s: the server does not tell the size of the file.  Download it and name it", a.name())
	case r.StatusCode == http.StatusOK && r.ContentLength == 0:
		return a, fmt.Errorf("%s: the file is empty", a.name())
	case r.StatusCode == http.StatusOK:
		return a, ranges.Check(a.name(), 0, 1, -1, "", -1)
	default:
		return a, problem(r, a.name())
	}
	if packed := r.Header.Get("Content-Encoding"); packed != "" && packed != "identity" {
		return a, fmt.Errorf("%s: the server packs the file on the way (%s), so that its parts are not those of the file.  Download it and name it", a.name(), ranges.OneLine(packed))
	}
	return a.validated(r.Header)
}

// validated takes what tells one state of the file from another.
func (a about) validated(h http.Header) (about, error) {
	a.etag, a.modified = h.Get("ETag"), ""
	if a.etag != "" && !strings.HasPrefix(a.etag, "W/") {
		return a, nil
	}
	a.etag, a.modified = "", h.Get("Last-Modified")
	if _, err := http.ParseTime(a.modified); err != nil {
		return a, fmt.Errorf("%s: the server tells neither a strong ETag nor when the file was modified, so that nobody could tell whether it has changed.  Download it and name it", a.name())
	}
	return a, nil
}
