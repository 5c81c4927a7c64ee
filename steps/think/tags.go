package think

import (
	"iter"
	"strings"
)

// A tag is <name> or </name>, without attributes or blanks.
type tag struct {
	start, end int
	closing    bool
}

// tags iterates over the tags of a text that have one of the names, given in lower case.
func tags(text string, names []string) iter.Seq[tag] {
	return func(yield func(tag) bool) {
		for at := 0; ; {
			open := strings.IndexByte(text[at:], '<')
			if open < 0 {
				return
			}
			at += open + 1
			t, ok := tagAt(text, at-1, names)
			if ok && !yield(t) {
				return
			}
		}
	}
}

// tagAt returns the tag that starts at a "<".
func tagAt(text string, start int, names []string) (t tag, ok bool) {
	rest := text[start+1:]
	closing := strings.HasPrefix(rest, "/")
	if closing {
		rest = rest[1:]
	}
	for _, name := range names {
		if len(rest) > len(name) && rest[len(name)] == '>' && equalFold(rest[:len(name)], name) {
			end := len(text) - len(rest) + len(name) + 1
			return tag{start, end, closing}, true
		}
	}
	return tag{}, false
}

// equalFold reports whether s spells the lower case word, in ASCII letters of either case. strings.EqualFold would
// also accept letters such as the Kelvin sign for k.
func equalFold(s, word string) bool {
	for i := range len(word) {
		if s[i] != word[i] && s[i] != word[i]-'a'+'A' {
			return false
		}
	}
	return true
}
