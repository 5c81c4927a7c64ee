package hub

import (
	"errors"
	"fmt"
	"net/http"
	"strings"

	"sftrun.local/runner/outside/ranges"
)

// What went wrong, for errors.Is.
var (
	ErrNoAccess = errors.New("no access")                 // the repository is missing or private, or the token is refused
	ErrGated    = errors.New("gated")                     // its terms have to be accepted first
	ErrNotFound = errors.New("not found")                 // the repository is there, but not the revision or the file
	ErrChanged  = ranges.ErrChanged                       // the file is not the one that was listed
	ErrBusy     = errors.New("the Hub could not be read") // it failed until patience ended
)

// errNoEntry is the ErrNotFound of a file or folder, whose repository and revision are there.
var errNoEntry = fmt.Errorf("%w", ErrNotFound)

// busy is the error of what could not be had until patience ended.
func (c *Client) busy(what, why string, limited bool) error {
	advice := "Run the command again later; the state of the Hub is on https://status.huggingface.co"
	if limited && c.o.Token == "" {
		advice = "Set HF_TOKEN (an account may ask more often than a stranger), or run the command again later"
	}
	return fmt.Errorf("%s: %w: %s.  %s", what, ErrBusy, why, advice)
}

// subject is what a request is about, for errors.
type subject struct {
	repo     string
	revision string // as written by the user or the commit, or ""
	path     string // of a file, or ""
}

func (s subject) String() string {
	text := scheme + s.repo
	switch {
	case commitForm.MatchString(s.revision):
		text += "@" + s.revision[:8]
	case s.revision != "":
		text += "@" + written(s.revision)
	}
	if s.path != "" {
		text += "/" + s.path
	}
	return text
}

// problem turns an answer of the Hub that is no success into an error: a *ranges.Passing if it may pass, else one for the user.
func (c *Client) problem(resp *http.Response, s subject) error {
	message := resp.Header.Get("X-Error-Message")
	switch code := resp.Header.Get("X-Error-Code"); {
	case code == "GatedRepo":
		return c.gated(s)
	case code == "RevisionNotFound":
		return c.noRevision(s)
	case code == "EntryNotFound":
		return fmt.Errorf("%s: %w: the repository has no such file or folder.  Look at %s", s, errNoEntry, c.page(s.repo))
	case message == "Access to this resource is disabled.":
		return fmt.Errorf("%s: %w: the Hub has disabled this repository; its page may say why: %s", s, ErrNoAccess, c.page(s.repo))
	case resp.StatusCode == http.StatusUnauthorized && c.o.Token != "" && code != "RepoNotFound":
		return fmt.Errorf("%s: %w: the Hub refuses the token.  It is misspelt, expired or revoked; make a new one at %s", s, ErrNoAccess, c.tokens())
	case code == "RepoNotFound" || resp.StatusCode == http.StatusUnauthorized:
		return c.noRepo(s)
	case resp.StatusCode == http.StatusForbidden:
		return fmt.Errorf("%s: %w: forbidden (%s).  The token may lack the permission to read this repository: %s", s, ErrNoAccess, c.brief(message), c.tokens())
	case ranges.Passes(resp.StatusCode):
		return &ranges.Passing{Text: "the Hub answered " + status(resp), Wait: askedWait(resp), Limited: resp.StatusCode == http.StatusTooManyRequests}
	}
	return fmt.Errorf("%s: the Hub answered %s (%s), which is not understood; is HF_ENDPOINT right (%s)?", s, status(resp), c.brief(message), c.endpoint)
}

func (c *Client) gated(s subject) error {
	if c.o.Token == "" {
		return fmt.Errorf("%s: %w, and no token was given.  Accept its terms at %s, then set HF_TOKEN to a token of that account (%s)",
			s, ErrGated, c.page(s.repo), c.tokens())
	}
	return fmt.Errorf("%s: %w, and the account of the token has no access.  Accept its terms at %s and wait if they must be approved; a fine-grained token also needs the permission to read gated repositories",
		s, ErrGated, c.page(s.repo))
}

// noRepo: without a token the Hub does not tell a missing repository from a private one.
func (c *Client) noRepo(s subject) error {
	if c.o.Token == "" {
		return fmt.Errorf("%s: %w: there is no such dataset, or it is private and no token was given.  Check the name at %s, or set HF_TOKEN",
			scheme+s.repo, ErrNoAccess, c.page(s.repo))
	}
	return fmt.Errorf("%s: %w: there is no such dataset, or the token has no access to it.  Check the name at %s", scheme+s.repo, ErrNoAccess, c.page(s.repo))
}

func (c *Client) noRevision(s subject) error {
	if commitForm.MatchString(s.revision) {
		return fmt.Errorf("%s: %w: the dataset no longer has this commit; its history was rewritten.  Pin it again: its commits are at %s/commits/main",
			s, ErrNotFound, c.page(s.repo))
	}
	return fmt.Errorf("%s: %w: the dataset has no branch, tag or commit %q.  Look at %s/tree/main", scheme+s.repo, ErrNotFound, s.revision, c.page(s.repo))
}

func (c *Client) tokens() string { return c.endpoint.JoinPath("settings/tokens").String() }

func status(resp *http.Response) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", resp.StatusCode, http.StatusText(resp.StatusCode)))
}

// brief is what of another side's message fits into an error: one line, without the token, and without addresses, whose
// queries sign requests.
func (c *Client) brief(message string) string {
	if c.o.Token != "" {
		message = strings.ReplaceAll(message, string(c.o.Token), c.o.Token.String())
	}
	words := strings.Fields(message)
	for i, w := range words {
		if strings.Contains(w, "://") || len(w) > 60 {
			words[i] = "…"
		}
	}
	text := strings.Join(words, " ")
	if len(text) > 160 {
		text = strings.ToValidUTF8(text[:160], "") + "…"
	}
	if text == "" {
		return "no reason given"
	}
	return text
}
