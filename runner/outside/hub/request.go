package hub

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"sftrun.local/runner/outside/ranges"
)

// mostHops is how many redirects are followed for one request.
const mostHops = 5

// send sends one request and returns the answer, whatever its status; redirects are not followed. The token goes along
// only to the endpoint. A request that did not get an answer is a *ranges.Passing.
func (c *Client) send(ctx context.Context, to *url.URL, ranged string) (*http.Response, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, to.String(), nil)
	if err != nil {
		return nil, fmt.Errorf("make a request to %s: %w", to.Host, ranges.Bare(err))
	}
	req.Header.Set("User-Agent", c.o.Agent)
	req.Header.Set("Accept-Encoding", "identity") // lengths and ranges are those of the file
	if ranged != "" {
		req.Header.Set("Range", ranged)
	}
	if c.own(to) && c.o.Token != "" {
		req.Header.Set("Authorization", "Bearer "+string(c.o.Token))
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return nil, &ranges.Passing{Text: fmt.Sprintf("%s gave no answer (%v)", to.Host, ranges.Bare(err))}
	}
	if c.own(to) {
		c.limits.note(group(to), resp)
	}
	return resp, nil
}

// own tells whether an address is on the endpoint: the only host, over the only scheme, that may see the token.
func (c *Client) own(to *url.URL) bool {
	return strings.EqualFold(to.Host, c.endpoint.Host) && to.Scheme == c.endpoint.Scheme
}

// group is the rate limit that an address of the Hub counts against.
func group(to *url.URL) string {
	if strings.Contains(to.Path, "/resolve/") || strings.Contains(to.Path, "/api/resolve-cache/") {
		return groupResolve
	}
	return groupAPI
}

// target returns where an answer redirects to, or nil if it does not.
func target(resp *http.Response) (*url.URL, error) {
	switch resp.StatusCode {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
	default:
		return nil, nil
	}
	to, err := resp.Location()
	if err != nil {
		return nil, fmt.Errorf("%s redirects to nowhere: %w", resp.Request.URL.Host, ranges.Bare(err))
	}
	if resp.Request.URL.Scheme == "https" && to.Scheme != "https" {
		return nil, fmt.Errorf("%s redirects to %s without encryption, which is not followed", resp.Request.URL.Host, to.Host)
	}
	return to, nil
}

// ask sends a request to the endpoint and follows its redirects there, as a renamed repository has them. The answer is the
// first one that is no redirect, or redirects elsewhere.
func (c *Client) ask(ctx context.Context, to *url.URL) (*http.Response, error) {
	for range mostHops {
		resp, err := c.send(ctx, to, "")
		if err != nil {
			return nil, err
		}
		next, err := target(resp)
		if err == nil && (next == nil || !c.own(next)) {
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

// get returns the body of an address of the endpoint, at most limit bytes of it, and the header of the answer. It tries
// until patience ends.
func (c *Client) get(ctx context.Context, to *url.URL, s subject, limit int64) (body []byte, header http.Header, err error) {
	err = c.pool.Ask(ctx, ranges.Request{
		What: s.String(),
		Wait: func() time.Duration { return c.limits.wait(group(to)) },
		Send: func(ctx context.Context, watched func(io.Reader) io.Reader) error {
			body, header, err = c.getOnce(ctx, to, s, limit, watched)
			return err
		},
	})
	return body, header, err
}

func (c *Client) getOnce(ctx context.Context, to *url.URL, s subject, limit int64, watched func(io.Reader) io.Reader) ([]byte, http.Header, error) {
	resp, err := c.ask(ctx, to)
	if err != nil {
		return nil, nil, located(s, err)
	}
	defer drop(resp)
	if next, _ := target(resp); next != nil {
		return nil, nil, fmt.Errorf("%s: %s redirects to another host, %s; if that is the Hub, set HF_ENDPOINT to it", s, c.endpoint.Host, next.Host)
	}
	if resp.StatusCode != http.StatusOK {
		return nil, nil, c.problem(resp, s)
	}
	body, err := io.ReadAll(io.LimitReader(watched(resp.Body), limit+1))
	if err != nil {
		return nil, nil, &ranges.Passing{Text: fmt.Sprintf("the answer of %s broke off (%v)", c.endpoint.Host, ranges.Bare(err))}
	}
	if int64(len(body)) > limit {
		return nil, nil, fmt.Errorf("%s: the answer of %s is larger than %d MB, which is not read", s, c.endpoint.Host, limit>>20)
	}
	return body, resp.Header, nil
}

// located puts the subject before an error that ends the effort; what may pass gets it when patience ends.
func located(s subject, err error) error {
	var f *ranges.Passing
	if errors.As(err, &f) {
		return err
	}
	return fmt.Errorf("%s: %w", s, err)
}

// drop ends with an answer; what is left of a short body is read, so that the connection can be used again.
func drop(resp *http.Response) {
	io.CopyN(io.Discard, resp.Body, 4<<10)
	resp.Body.Close()
}
