package think

import "strings"

// Clean returns the text of a model's reply: without byte-order marks and white space around it and, if the reply is
// fenced, what stands between its first and its last fence, trimmed in the same way. A reply is fenced if it begins
// with a code fence (three or more backquotes) and ends with one that is at least as long. Fences within it are part of the text, so Clean must be applied
// once: a second time it might take a fence of the text for one around it.
func Clean(reply string) string {
	reply = trimReply(reply)
	rest := strings.TrimLeft(reply, "`")
	inner := strings.TrimRight(rest, "`")
	opening, closing := len(reply)-len(rest), len(rest)-len(inner)
	if opening < 3 || closing < opening {
		return reply
	}
	return trimReply(withoutInfo(inner))
}

func trimReply(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r == '\ufeff' || isSpace(r) })
}

// withoutInfo removes the rest of an opening fence's line if it is one word, such as "xml".
func withoutInfo(text string) string {
	line, rest, more := strings.Cut(text, "\n")
	if more && !strings.ContainsFunc(Trim(line), notInfo) {
		return rest
	}
	return text
}

func notInfo(r rune) bool { return r == '<' || r == '`' || isSpace(r) }
