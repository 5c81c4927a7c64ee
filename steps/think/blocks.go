package think

import (
	"strings"
	"unicode"

	"sftrun.local/steps/jsonl"
)

// A Block is a <think>…</think> in a text.
type Block struct {
	Start, End         int // of all of it, tags included
	TextStart, TextEnd int // of what stands between the tags
	text               string
}

// Text returns what stands between the tags, without the white space around it (see Trim).
func (b Block) Text() string { return b.text }

// Blank reports whether there is nothing but white space between the tags.
func (b Block) Blank() bool { return b.text == "" }

// Blocks returns the think blocks of a text in order. A block reaches from an opening tag to the next closing one,
// whatever stands between them: further opening tags are part of its text. Tags that are left over are no blocks.
func Blocks(text string) []Block {
	var blocks []Block
	for _, p := range pairs(text, []string{"think"}) {
		blocks = append(blocks, Block{
			Start: p.open.start, TextStart: p.open.end, TextEnd: p.close.start, End: p.close.end,
			text: Trim(text[p.open.end:p.close.start]),
		})
	}
	return blocks
}

// A pair is an opening tag and the closing tag that belongs to it.
type pair struct{ open, close tag }

// pairs matches each opening tag with the next closing tag of any of the names, as the regular expression
// <(a|b)>(.*?)</(a|b)> does from left to right, but in one pass.
func pairs(text string, names []string) []pair {
	var found []pair
	var open tag
	for t := range tags(text, names) {
		switch {
		case !t.closing && open == (tag{}):
			open = t
		case t.closing && open != (tag{}):
			found = append(found, pair{open, t})
			open = tag{}
		}
	}
	return found
}

// Trim removes white space at both ends: what Python's str.strip removes, which is Unicode's white space and the four
// separators U+001C to U+001F.
func Trim(s string) string { return strings.TrimFunc(s, isSpace) }

func isSpace(r rune) bool { return unicode.IsSpace(r) || 0x1c <= r && r <= 0x1f }

// Edits returns what puts new texts into the think blocks of a text: block number i becomes "<think>\n" + texts[i] +
// "\n</think>". Blank blocks stay as they are, whatever texts holds for them, and so do blocks beyond the end of texts.
func Edits(text string, texts []string) []jsonl.Edit {
	var edits []jsonl.Edit
	for i, b := range Blocks(text) {
		if !b.Blank() && i < len(texts) {
			edits = append(edits, jsonl.Edit{Start: b.Start, End: b.End, Text: "<think>\n" + texts[i] + "\n</think>"})
		}
	}
	return edits
}
