package hub

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"net/url"
)

// Pin returns the commit that the address's revision stands for now. For a commit it asks nobody. An error is one of
// ErrNoAccess, ErrNotFound, ErrBusy, or says that the Hub is not understood.
func (c *Client) Pin(ctx context.Context, a Address) (commit string, err error) {
	if a.Pinned() {
		return a.Revision, nil
	}
	s := subject{repo: a.Repo(), revision: cmp.Or(a.Revision, "main")}
	body, _, err := c.get(ctx, c.api(s.repo, "revision", s.revision), s, 64<<20)
	if err != nil {
		return "", err
	}
	var info struct {
		SHA      string `json:"sha"`
		Disabled bool   `json:"disabled"`
	}
	if err := json.Unmarshal(body, &info); err != nil || !commitForm.MatchString(info.SHA) {
		return "", fmt.Errorf("%s: the answer of %s names no commit; is HF_ENDPOINT a Hub?", s, c.endpoint.Host)
	}
	if info.Disabled {
		return "", fmt.Errorf("%s: %w: the Hub has disabled this repository; its page may say why: %s", s, ErrNoAccess, c.page(s.repo))
	}
	return info.SHA, nil
}

// api is the address of an operation on a dataset. Parts behind it are escaped whole, slashes included, as the Hub wants
// revisions.
func (c *Client) api(repo string, parts ...string) *url.URL {
	u := c.endpoint.JoinPath("api/datasets", repo)
	for _, p := range parts {
		u = u.JoinPath(url.PathEscape(p))
	}
	return u
}
