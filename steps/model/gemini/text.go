package gemini

import (
	"strings"
	"unicode/utf8"
)

// longest is how many bytes of a service's text are kept.
const longest = 400

// clean makes foreign text fit for an error: without the key, which services like to repeat, on one line, and not long.
func (c *Client) clean(text string) string {
	if len(c.opt.Key) > 0 {
		text = strings.ReplaceAll(text, c.opt.Key, "[key]")
	}
	return shorten(text)
}

// shorten puts text on one line and cuts what is too long.
func shorten(text string) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "�")), " ")
	if len(text) <= longest {
		return text
	}
	cut := longest
	for !utf8.RuneStart(text[cut]) {
		cut--
	}
	return text[:cut] + " …"
}
