package offline

import "strings"

// Version is part of the key of every answer. It is raised when the answer to any trace changes.
const Version = 1

// Rewrite returns the trace as alternating sections, each on a line of its own:
//
//	<steer>Check the case n=2</steer>
//	<exec>…</exec>
//
// The exec sections together are the trace: byte for byte, but for white space where it was cut, and but for tags of
// the output's own format that stood in the trace as text. Their angle brackets become ‹ and ›, as in ‹/exec›, since
// they would end a section; the words stay. A trace without any text gives "".
func Rewrite(trace string) string {
	moves := splitMoves(withoutTags(trace))
	o := newOutline(moves)
	var b strings.Builder
	b.Grow(len(trace) + 64*len(moves))
	for i, m := range moves {
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString("<steer>")
		b.WriteString(o.steer(m))
		b.WriteString("</steer>\n<exec>")
		b.WriteString(m.text)
		b.WriteString("</exec>")
	}
	return b.String()
}
