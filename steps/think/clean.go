package think

import (
	"slices"
	"strings"
)

// Clean returns the text of a model's reply: without byte-order marks and white space around it and, if the reply is
// fenced, what stands between its first and its last fence, trimmed in the same way. A fence is three or more
// backquotes, the last one at least as long as the first. A reply is fenced in one of two ways:
//
//   - It begins with a fence and ends with one.
//   - Words of the model's own stand before or behind fences on lines of their own ("Here it is:"), steer or exec tags
//     stand between them, and none outside. So a reply whose sections hold code is never cut, and neither is one
//     without sections, where nobody can tell words around a text from the text.
//
// Fences within a fenced reply are part of the text, so Clean must be applied once: a second time it might take a
// fence of the text for one around it.
func Clean(reply string) string {
	reply = trimReply(reply)
	if text, ok := betweenEnds(reply); ok {
		return trimReply(withoutInfo(text))
	}
	if text, ok := betweenLines(reply); ok {
		return trimReply(withoutInfo(text))
	}
	return reply
}

func trimReply(s string) string {
	return strings.TrimFunc(s, func(r rune) bool { return r == '\ufeff' || isSpace(r) })
}

// betweenEnds returns what stands between the fences that a reply begins and ends with.
func betweenEnds(reply string) (text string, ok bool) {
	rest := strings.TrimLeft(reply, "`")
	text = strings.TrimRight(rest, "`")
	opening, closing := len(reply)-len(rest), len(rest)-len(text)
	return text, opening >= minFence && closing >= opening
}

// minFence is how many backquotes make a fence.
const minFence = 3

// betweenLines returns what stands between the first and the last fence that are lines of their own, if all tags of
// sections do.
func betweenLines(reply string) (text string, ok bool) {
	start, size := -1, 0
	end, after := -1, -1
	place := 0
	for line := range strings.Lines(reply) {
		fence, rest := fenceOf(line)
		switch {
		case fence >= minFence && start < 0 && !strings.Contains(rest, "`"):
			start, size = place+strings.IndexByte(line, '`'), fence
		case start >= 0 && fence >= size && Trim(rest) == "":
			end, after = place, place+len(line)
		}
		place += len(line)
	}
	if end < 0 || holdsSectionTag(reply[:start]) || holdsSectionTag(reply[after:]) {
		return "", false
	}
	text = reply[start+size : end]
	return text, holdsSectionTag(text)
}

// fenceOf returns how many backquotes a line begins with, and what follows them.
func fenceOf(line string) (backquotes int, rest string) {
	line = strings.TrimLeft(line, " \t")
	rest = strings.TrimLeft(line, "`")
	return len(line) - len(rest), rest
}

var sectionNames = slices.Concat(Steer.names(), Exec.names())

func holdsSectionTag(text string) bool {
	for range tags(text, sectionNames) {
		return true
	}
	return false
}

// withoutInfo removes the rest of an opening fence's line if it is what Markdown calls its info string: the name of a
// language, "xml", and attributes behind it, "title=x" or "{.numbered}". Anything else is kept, as losing words of the
// text would be worse than keeping a stray one.
func withoutInfo(text string) string {
	line, rest, more := strings.Cut(text, "\n")
	if !more || strings.ContainsAny(line, "<`") {
		return text
	}
	for i, word := range strings.Fields(line) {
		if i > 0 && !strings.Contains(word, "=") && !strings.HasPrefix(word, "{") {
			return text
		}
	}
	return rest
}
