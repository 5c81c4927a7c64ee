package hub

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"

	"sftrun.local/runner/outside/ranges"
)

// tags are those of the XML and HTML in which servers tell what is wrong.
var tags = regexp.MustCompile(`<[^>]*>`)

// fetch asks once for the bytes from off to end: where they lie if that is known, else where the Hub says.
func (f *file) fetch(ctx context.Context, off, end int64) (io.ReadCloser, error) {
	if err := f.locate(ctx); err != nil {
		return nil, err
	}
	ranged := ""
	if off > 0 || end < f.size {
		ranged = ranges.Header(off, end)
	}
	resp, err := f.c.follow(ctx, f.at.url, ranged)
	if err != nil {
		return nil, located(f.place.subject(), err)
	}
	if err = f.check(resp, ranged, off, end); err == nil {
		err = f.checkTag(resp)
	}
	if err != nil {
		drop(resp)
		return nil, err
	}
	return resp.Body, nil
}

// follow sends a request, and follows redirects wherever they lead; the token goes along on the endpoint only.
func (c *Client) follow(ctx context.Context, to *url.URL, ranged string) (*http.Response, error) {
	for range mostHops {
		resp, err := c.send(ctx, to, ranged)
		if err != nil {
			return nil, err
		}
		next, err := target(resp)
		if err == nil && next == nil {
			return resp, nil
		}
		drop(resp)
		if err != nil {
			return nil, err
		}
		to = next
	}
	return nil, fmt.Errorf("%s redirects in a circle", to.Host)
}

// check makes sure that the answer is what was asked for.
func (f *file) check(resp *http.Response, ranged string, off, end int64) error {
	host := resp.Request.URL.Host
	switch {
	case ranged == "" && resp.StatusCode == http.StatusOK:
	case ranged != "" && resp.StatusCode == http.StatusPartialContent:
		said, expected := resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", off, end-1, f.size)
		if said != expected {
			return &ranges.Passing{Text: fmt.Sprintf("%s answered with another range than asked for (%s, not %s)", host, printable(said), expected)}
		}
	case ranged != "" && resp.StatusCode == http.StatusOK:
		return &ranges.Passing{Text: host + " answered with the whole file instead of a range"}
	default:
		return f.refused(resp)
	}
	if resp.ContentLength >= 0 && resp.ContentLength != end-off {
		return &ranges.Passing{Text: fmt.Sprintf("%s answered with %d bytes instead of %d", host, resp.ContentLength, end-off)}
	}
	return nil
}

// refused deals with an answer without bytes. Any that the CDN gives may mean that the address has run out, so that the
// Hub is asked for another one; what the CDN says of it is kept for when that does not help.
func (f *file) refused(resp *http.Response) error {
	if f.c.own(resp.Request.URL) {
		f.at = nil
		return f.c.problem(resp, f.place.subject())
	}
	text := resp.Request.URL.Host + " answered " + status(resp)
	if !ranges.Passes(resp.StatusCode) {
		f.at = nil
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		text += " (" + f.c.brief(tags.ReplaceAllString(string(said), " ")) + ")"
	}
	return &ranges.Passing{Text: text, Wait: askedWait(resp)}
}

// checkTag makes sure that all that comes from one address is of one object. An address that changes its mind is given
// up; the Hub then tells whether the file is still the same.
func (f *file) checkTag(resp *http.Response) error {
	at, tag := f.at, resp.Header.Get("ETag")
	if at.etag != "" && tag != at.etag {
		f.at = nil
		return &ranges.Passing{Text: resp.Request.URL.Host + " answered with another ETag than before, so with another file"}
	}
	at.etag = tag
	return nil
}
