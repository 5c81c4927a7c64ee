package hub

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// location is where the bytes of a file lie for now: on the endpoint, or behind a signed address of another host.
type location struct {
	url  *url.URL
	etag string // of the answers there, "" until the first one
}

// resolveURL is where the Hub is asked for a file.
func (c *Client) resolveURL(p place) *url.URL {
	return c.endpoint.JoinPath("datasets", p.repo, "resolve", p.commit, escape(p.path))
}

func (p place) subject() subject { return subject{p.repo, p.commit, p.path} }

// resolve asks the Hub once where a file lies, and makes sure that it is still the file of that size and digest. It asks
// with GET, and leaves the body of a small file that the Hub serves itself: an address that was signed for a HEAD may
// not serve a GET.
func (c *Client) resolve(ctx context.Context, p place, size int64, digest string) (*location, error) {
	resp, err := c.ask(ctx, c.resolveURL(p))
	if err != nil {
		return nil, located(p.subject(), err)
	}
	defer drop(resp)
	to, _ := target(resp)
	if to == nil && resp.StatusCode != http.StatusOK {
		return nil, c.problem(resp, p.subject())
	}
	if err := same(resp.Header, p, size, digest); err != nil {
		return nil, err
	}
	if to == nil {
		to = resp.Request.URL
	}
	return &location{url: to}, nil
}

// same compares what the Hub says of a file with what it said when the file was listed. The headers X-Linked-… speak of
// the file in large file storage, behind the redirect that carries them.
func same(h http.Header, p place, size int64, digest string) error {
	if commit := h.Get("X-Repo-Commit"); commit != "" && commit != p.commit {
		return fmt.Errorf("%s: %w: the Hub answers with commit %s", p.short(), ErrChanged, printable(commit))
	}
	linked := h.Get("X-Linked-Size")
	if n, err := strconv.ParseInt(linked, 10, 64); err == nil && n != size {
		return fmt.Errorf("%s: %w: it has %d bytes, and had %d when it was listed.  Plan again", p.short(), ErrChanged, n, size)
	}
	etag := plainTag(h.Get("X-Linked-Etag"))
	want, git := strings.CutPrefix(digest, GitDigest)
	if etag == "" && git {
		etag = plainTag(h.Get("ETag"))
	}
	if len(etag) == len(want) && etag != want {
		return fmt.Errorf("%s: %w: its digest is %s, and was %s when it was listed.  Plan again", p.short(), ErrChanged, printable(etag)[:12], want[:12])
	}
	return nil
}

// plainTag is an ETag without quotes and weakness.
func plainTag(tag string) string { return strings.Trim(strings.TrimPrefix(tag, "W/"), `"`) }

func printable(text string) string {
	return strings.Trim(strconv.QuoteToASCII(text), `"`)
}
