package hub

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// entry is one file or folder of a listing.
type entry struct {
	Type string `json:"type"` // "file" or "directory"
	OID  string `json:"oid"`  // of the git blob: SHA-1 of "blob", its size and its bytes
	Size int64  `json:"size"`
	Path string `json:"path"` // from the root of the repository
	LFS  *struct {
		OID  string `json:"oid"` // SHA-256 of the file's bytes
		Size int64  `json:"size"`
	} `json:"lfs"` // of files in large file storage, those that lie in Xet included
}

// GitDigest starts the digest of a file that the Hub keeps in git itself: behind it is the id of the git blob, a
// SHA-1. The digests of all other files are SHA-256, like those of files elsewhere.
const GitDigest = "git:"

// digest is what the Hub tells of the bytes, or "" if it tells nothing.
func (e entry) digest() string {
	if e.LFS != nil {
		return known(sha256Form, strings.TrimPrefix(e.LFS.OID, "sha256:"), "")
	}
	return known(commitForm, e.OID, GitDigest)
}

var sha256Form = regexp.MustCompile(`^[0-9a-f]{64}$`)

func known(form *regexp.Regexp, oid, prefix string) string {
	if oid = strings.ToLower(oid); form.MatchString(oid) {
		return prefix + oid
	}
	return ""
}

func (e entry) size() int64 {
	if e.LFS != nil {
		return e.LFS.Size
	}
	return e.Size
}

const (
	mostEntries = 1_000_000 // in one listing
	mostPage    = 64 << 20  // bytes of one page of it
)

// tree calls visit for each file and folder below a folder ("" is the root) of a repository at a commit.
func (c *Client) tree(ctx context.Context, repo, commit, folder string, visit func(entry)) error {
	s := subject{repo: repo, revision: commit, path: folder}
	next := c.api(repo, "tree", commit)
	if folder != "" {
		next = next.JoinPath(escape(folder))
	}
	next.RawQuery = "recursive=true&expand=false"
	pages := map[string]bool{}
	for n := 0; next != nil; {
		if pages[next.String()] || n > mostEntries {
			return fmt.Errorf("%s: the listing does not end after %d entries; name a folder in the address", s, n)
		}
		pages[next.String()] = true
		found, header, err := c.treePage(ctx, next, s)
		if err != nil {
			return err
		}
		for _, e := range found {
			visit(e)
		}
		n += len(found)
		if next, err = c.nextPage(next, header); err != nil {
			return fmt.Errorf("%s: %w", s, err)
		}
	}
	return nil
}

func (c *Client) treePage(ctx context.Context, at *url.URL, s subject) ([]entry, http.Header, error) {
	body, header, err := c.get(ctx, at, s, mostPage)
	if err != nil {
		return nil, nil, err
	}
	var found []entry
	if err := json.Unmarshal(body, &found); err != nil {
		return nil, nil, fmt.Errorf("%s: the listing of %s is not understood (%w)", s, c.endpoint.Host, err)
	}
	return found, header, nil
}

// nextLink is the entry of a Link header (RFC 8288) that leads on.
var nextLink = regexp.MustCompile(`<([^<>]*)>\s*(?:;[^,<]*)?;\s*rel="?next"?`)

// nextPage returns the address of the page behind this one, or nil. A page elsewhere than on the endpoint would get the
// request without the token, so it is refused; the Hub's own name is taken for the endpoint, behind which it may stand.
func (c *Client) nextPage(at *url.URL, header http.Header) (*url.URL, error) {
	found := nextLink.FindStringSubmatch(strings.Join(header.Values("Link"), ", "))
	if found == nil {
		return nil, nil
	}
	next, err := at.Parse(found[1])
	if err != nil {
		return nil, errors.New("the listing leads on to no address")
	}
	if next.Scheme+"://"+next.Host == DefaultEndpoint {
		query := next.RawQuery
		next = c.endpoint.JoinPath(next.EscapedPath())
		next.RawQuery = query
	}
	if !c.own(next) {
		return nil, fmt.Errorf("the listing leads on to another host, %s, which is not followed; is HF_ENDPOINT right (%s)?", next.Host, c.endpoint)
	}
	return next, nil
}

// escape escapes each part of a path.
func escape(path string) string {
	parts := strings.Split(path, "/")
	for i, p := range parts {
		parts[i] = url.PathEscape(p)
	}
	return strings.Join(parts, "/")
}
