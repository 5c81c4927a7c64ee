package schema

import (
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
)

// longestName is the most bytes of a name between slashes: file systems allow 255, of which a file that is being written
// needs some for itself.
const longestName = 200

// checkPublished reports names that no file below the output folder can have, and files that two steps would write.
func (c *checker) checkPublished(p *Pipeline) {
	var published []Step
	for _, s := range p.Steps {
		if s.Publish == "" {
			continue
		}
		text := unfit(s.Publish)
		for _, other := range published {
			if text == "" {
				text = collision(s, other)
			}
		}
		if text != "" {
			c.report([]string{"steps", s.Name, "publish"}, text)
			continue
		}
		published = append(published, s)
	}
}

// unfit says why a name is none for a published file, or "".
func unfit(name string) string {
	tooLong := func(part string) bool { return len(part) > longestName }
	switch {
	case strings.ContainsFunc(name, unicode.IsControl):
		return fmt.Sprintf("%q holds a control character; write a file name", name)
	case !filepath.IsLocal(filepath.FromSlash(name)):
		return fmt.Sprintf("%q is outside the output folder; write a file name", name)
	case path.Clean(name) == "." || strings.HasSuffix(name, "/"):
		return fmt.Sprintf("%q is a folder; write a file name", name)
	case slices.ContainsFunc(strings.Split(name, "/"), tooLong):
		return fmt.Sprintf("too long for a file name; at most %d bytes between slashes", longestName)
	}
	return ""
}

// collision says why two steps cannot publish what they want to, or "". Upper and lower case count as the same, as they
// do on many a file system of macOS and Windows.
func collision(s, other Step) string {
	const mend = `; give one of them another name with publish: "…"`
	a, b := path.Clean(s.Publish), path.Clean(other.Publish)
	small, otherSmall := strings.ToLower(a), strings.ToLower(b)
	switch {
	case a == b:
		return fmt.Sprintf("%q is already what %s publishes", s.Publish, other.Name) + mend
	case small == otherSmall:
		return fmt.Sprintf("%q differs only in case from %q, which %s publishes; on some systems that is one file", s.Publish, other.Publish, other.Name) + mend
	case strings.HasPrefix(small, otherSmall+"/"), strings.HasPrefix(otherSmall, small+"/"):
		return fmt.Sprintf("of %q and %q, which %s publishes, one is a folder and the other a file", s.Publish, other.Publish, other.Name) + mend
	}
	return ""
}
