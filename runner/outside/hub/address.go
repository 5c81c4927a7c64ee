package hub

import (
	"fmt"
	"net/url"
	"regexp"
	"strings"

	"github.com/bmatcuk/doublestar/v4"
)

// scheme is what every address starts with.
const scheme = "hf://"

// An Address names a dataset repository, a state of it, and possibly files in it. It is what a user writes:
// hf://OWNER/NAME, hf://OWNER/NAME@REVISION, hf://datasets/OWNER/NAME@REVISION/data/*.parquet.
type Address struct {
	Owner, Name string

	// Revision is a branch, a tag, a commit or a reference such as refs/convert/parquet; "" is the branch main.
	Revision string

	// Pattern is a glob of files, relative to the repository and as doublestar has it. "" leaves the choice to the
	// dataset's card and the names of its files.
	Pattern string
}

// IsAddress tells whether text is meant to be an address of the Hub, rightly written or not.
func IsAddress(text string) bool {
	start, _, _ := strings.Cut(strings.ToLower(text), ":")
	return start == "hf" || start == "huggingface" || strings.HasPrefix(strings.ToLower(text), "https://huggingface.co/")
}

// Parse reads an address. Its errors quote the text and say how to write it.
func Parse(text string) (Address, error) {
	if err := misspelt(text); err != nil {
		return Address{}, err
	}
	rest := strings.TrimPrefix(strings.TrimPrefix(text, scheme), "datasets/")
	repo, revision, pattern, err := split(rest)
	if err != nil {
		return Address{}, fmt.Errorf("%q: %w", text, err)
	}
	owner, name, _ := strings.Cut(repo, "/")
	a := Address{Owner: owner, Name: name, Revision: revision, Pattern: pattern}
	if err := a.check(); err != nil {
		return Address{}, fmt.Errorf("%q: %w", text, err)
	}
	return a, nil
}

// slashed are the references whose slashes are part of the revision.
var slashed = regexp.MustCompile(`^refs/(convert/[\w.-]+|pr/\d+)(/|$)`)

// split cuts OWNER/NAME[@REVISION][/PATTERN]. A revision ends at the first slash, unless it is one of the slashed.
func split(rest string) (repo, revision, pattern string, err error) {
	at := strings.Index(rest, "@")
	if at < 0 || strings.Count(rest[:at], "/") > 1 {
		parts := append(strings.SplitN(rest, "/", 3), "", "")
		return strings.TrimSuffix(parts[0]+"/"+parts[1], "/"), "", parts[2], nil
	}
	repo, rest = rest[:at], rest[at+1:]
	if ref := strings.TrimSuffix(slashed.FindString(rest), "/"); ref != "" {
		return repo, ref, strings.TrimPrefix(rest[len(ref):], "/"), nil
	}
	revision, pattern, _ = strings.Cut(rest, "/")
	if revision, err = url.PathUnescape(revision); err != nil || revision == "" {
		return "", "", "", fmt.Errorf("there is no revision behind the @; write a branch, tag or commit, and %%2F for a slash in its name")
	}
	return repo, revision, pattern, nil
}

// part is how the Hub wants the name of an owner or a repository.
var part = regexp.MustCompile(`^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,94}[A-Za-z0-9_])?$`)

func (a Address) check() error {
	for _, p := range []string{a.Owner, a.Name} {
		if !part.MatchString(p) || strings.Contains(p, "--") || strings.Contains(p, "..") {
			return fmt.Errorf("%q is no name of the Hub (letters, digits, -, _ and . up to 96); write hf://OWNER/NAME", p)
		}
	}
	if a.Pattern != "" && !doublestar.ValidatePattern(a.Pattern) {
		return fmt.Errorf("%q is no pattern of files: a bracket or brace is not closed", a.Pattern)
	}
	for _, folder := range strings.Split(a.Pattern, "/") {
		if a.Pattern != "" && (folder == "" || folder == "." || folder == "..") {
			return fmt.Errorf("%q is no path in a repository: . and .. and empty parts mean nothing there", a.Pattern)
		}
	}
	return nil
}

// Repo returns OWNER/NAME.
func (a Address) Repo() string { return a.Owner + "/" + a.Name }

// At returns the address at another revision, such as the commit that Pin found.
func (a Address) At(revision string) Address {
	a.Revision = revision
	return a
}

// String returns the address as one may write it.
func (a Address) String() string {
	text := scheme + a.Repo()
	if a.Revision != "" {
		text += "@" + written(a.Revision)
	}
	if a.Pattern != "" {
		text += "/" + a.Pattern
	}
	return text
}

// short is the address as errors have it, with the beginning of a commit.
func (a Address) short() string {
	if a.Pinned() {
		a.Revision = a.Revision[:8]
	}
	return a.String()
}

func written(revision string) string {
	if slashed.MatchString(revision + "/") {
		return revision
	}
	return url.PathEscape(revision)
}

// Pinned tells whether the revision is a commit, which never changes.
func (a Address) Pinned() bool { return commitForm.MatchString(a.Revision) }

var commitForm = regexp.MustCompile(`^[0-9a-f]{40}$`)
