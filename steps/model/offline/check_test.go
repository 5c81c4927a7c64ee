package offline

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

// anyTag is what a strict reader of the format takes for a tag.
var anyTag = regexp.MustCompile(`(?i)<(/?)(think|steering|steer|execution|execute|exec)\s*>`)

type pair struct{ steer, exec string }

// parse reads a rewrite by the strict rules: steer, exec, steer, exec in sequence and nothing but white space outside.
func parse(s string) ([]pair, error) {
	var texts []string
	var want string
	at := 0
	for i, m := range anyTag.FindAllStringSubmatchIndex(s, -1) {
		want = []string{"steer", "/steer", "exec", "/exec"}[i%4]
		if got := s[m[2]:m[3]] + s[m[4]:m[5]]; got != want {
			return nil, fmt.Errorf("tag %d is <%s>, not <%s>", i, got, want)
		}
		between := s[at:m[0]]
		if i%2 == 1 {
			texts = append(texts, between)
		} else if strings.TrimSpace(between) != "" {
			return nil, fmt.Errorf("%q stands outside sections", between)
		}
		at = m[1]
	}
	if want != "/exec" || strings.TrimSpace(s[at:]) != "" {
		return nil, fmt.Errorf("ends with %q behind <%s>", s[at:], want)
	}
	var out []pair
	for i := 0; i < len(texts); i += 2 {
		out = append(out, pair{texts[i], texts[i+1]})
	}
	return out, nil
}

var brackets = strings.NewReplacer("‹", "<", "›", ">")

// lost says what of a trace is not in the exec sections, in order and byte for byte but for white space between
// sections and the brackets of tags; "" if nothing is.
func lost(trace string, pairs []pair) string {
	rest := brackets.Replace(trace)
	for _, p := range pairs {
		rest = strings.TrimLeftFunc(rest, unicode.IsSpace)
		after, ok := strings.CutPrefix(rest, brackets.Replace(p.exec))
		if !ok {
			return fmt.Sprintf("%.80q, which is not %.80q", rest, p.exec)
		}
		rest = after
	}
	return strings.TrimSpace(rest)
}

// badSteer says what is wrong with a steer by itself, or "".
func badSteer(s string) string {
	switch {
	case s == "" || s != strings.TrimSpace(s):
		return "blank at an end"
	case len(strings.Fields(s)) > 6:
		return "too long"
	case !strings.Contains(s, " ") && tongueOf(s) != nil && utf8.RuneCountInString(s) > longestEastern:
		return "too many characters"
	case strings.ContainsAny(s, "<>`*\\{}#\n"):
		return "markup"
	case strings.HasSuffix(s, ".") || strings.HasSuffix(s, ",") || strings.HasSuffix(s, ":"):
		return "punctuation at its end"
	}
	return ""
}

// problem checks all that must be true of every rewrite.
func problem(trace string) string {
	out := Rewrite(trace)
	if strings.TrimSpace(trace) == "" {
		if out != "" {
			return "text from nothing"
		}
		return ""
	}
	pairs, err := parse(out)
	if err != nil {
		return err.Error()
	}
	if l := lost(trace, pairs); l != "" {
		return "lost: " + l
	}
	for _, p := range pairs {
		if bad := badSteer(p.steer); bad != "" {
			return fmt.Sprintf("steer %q: %s", p.steer, bad)
		}
	}
	return ""
}
