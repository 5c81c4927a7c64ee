package offline

import (
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// ownTag finds where a tag of the output's format seems to begin. It is wider than what any reader of the format
// takes for a tag, because a section that ends early would lose text.
var ownTag = regexp.MustCompile(`(?i)<[\s\p{Z}]*/?[\s\p{Z}]*(?:think|steering|steer|execution|execute|exec)`)

// withoutTags replaces the angle brackets of such tags by ‹ and ›.
func withoutTags(s string) string {
	at := ownTag.FindAllStringIndex(s, -1)
	if at == nil {
		return s
	}
	var b strings.Builder
	done := 0
	for _, m := range at {
		if m[0] < done || partOfName(s[m[1]:]) {
			continue
		}
		b.WriteString(s[done:m[0]])
		b.WriteString("‹")
		done = m[0] + 1
		if n := strings.IndexAny(s[m[1]:], "<>"); n >= 0 && s[m[1]+n] == '>' {
			b.WriteString(s[done : m[1]+n])
			b.WriteString("›")
			done = m[1] + n + 1
		}
	}
	b.WriteString(s[done:])
	return b.String()
}

// partOfName reports whether a tag's name goes on with rest, as "thinking" does after "think".
func partOfName(rest string) bool {
	r, _ := utf8.DecodeRuneInString(rest)
	return r == '_' || r == '-' || rest != "" && r != utf8.RuneError && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
