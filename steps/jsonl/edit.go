package jsonl

import (
	"bytes"
	"strings"
)

// An Edit puts Text in the place of the bytes from Start to End of a message's content, as Messages decodes it. Both
// ends lie between characters.
type Edit struct {
	Start, End int
	Text       string
}

// EditContents returns a copy of the row in which the contents of messages are edited: the edits of each by its index,
// in order and without overlaps. All other bytes are as they were, those of the same content included, however they
// are escaped. Indexes that the row does not have, and contents that are not strings, are left alone.
func EditContents(row []byte, edits map[int][]Edit) []byte {
	messages, _, _ := find(row, "messages")
	places, _ := elements(row[messages.start:messages.end])
	out := make([]byte, 0, len(row)+len(row)/8)
	done := 0
	for i, at := range places {
		if len(edits[i]) == 0 {
			continue
		}
		start := messages.start + at.start
		content, _, _ := find(row[start:messages.start+at.end], "content")
		if content == (span{}) || row[start+content.start] != '"' {
			continue
		}
		inside := span{start + content.start + 1, start + content.end - 1}
		out = append(out, row[done:inside.start]...)
		out = appendEdited(out, row[inside.start:inside.end], edits[i])
		done = inside.end
	}
	return append(out, row[done:]...)
}

// appendEdited appends the inside of a JSON string with edits.
func appendEdited(dst, raw []byte, edits []Edit) []byte {
	w := offsets{raw: raw}
	for _, e := range edits {
		kept := w.at
		w.seek(e.Start)
		dst = append(dst, raw[kept:w.at]...)
		dst = appendText(dst, e.Text)
		w.seek(e.End)
	}
	return append(dst, raw[w.at:]...)
}

// offsets finds the places in the inside of a JSON string that belong to places in its decoded text. It goes forward
// only.
type offsets struct {
	raw         []byte
	at, decoded int // one and the same place
}

// seek goes to a place in the decoded text.
func (o *offsets) seek(decoded int) {
	for o.decoded < decoded {
		left := decoded - o.decoded
		plain := bytes.IndexByte(o.raw[o.at:], '\\')
		if plain < 0 || plain >= left {
			o.at, o.decoded = o.at+left, decoded
			return
		}
		size, width := escapeSize(o.raw[o.at+plain:])
		o.at, o.decoded = o.at+plain+size, o.decoded+plain+width
	}
}

// escapeSize returns how many bytes the escape at the start of raw has, and how many those that it stands for.
func escapeSize(raw []byte) (size, width int) {
	var text strings.Builder
	rest := unescape(&text, raw[1:])
	return len(raw) - len(rest), text.Len()
}
