package hub

import (
	"fmt"
	"strings"
)

// place is one file of a repository at a commit. Its text is hf://OWNER/NAME@COMMIT/PATH, with the path as it is.
type place struct {
	repo   string // OWNER/NAME
	commit string
	path   string
}

func (p place) String() string { return scheme + p.repo + "@" + p.commit + "/" + p.path }

// short is how errors name the file.
func (p place) short() string { return scheme + p.repo + "@" + p.commit[:8] + "/" + p.path }

func parsePlace(text string) (place, error) {
	rest, ok := strings.CutPrefix(text, scheme)
	repo, behind, cut := strings.Cut(rest, "@")
	commit, path, slash := strings.Cut(behind, "/")
	if !ok || !cut || !slash || path == "" || strings.Count(repo, "/") != 1 || !commitForm.MatchString(commit) {
		return place{}, fmt.Errorf("%q is no place of a file on the Hub (hf://OWNER/NAME@COMMIT/PATH)", text)
	}
	return place{repo, commit, path}, nil
}
