package think

import (
	"slices"
	"strings"
)

// A Family tells the two kinds of sections apart.
type Family string

// Steer sections are commands, written <steer> or <steering>. Exec sections carry them out, written <exec>, <execute>
// or <execution>.
const (
	Steer Family = "steer"
	Exec  Family = "exec"
)

// names lists the tag names of a family.
func (f Family) names() []string {
	if f == Steer {
		return []string{"steer", "steering"}
	}
	return []string{"exec", "execute", "execution"}
}

// A Section is a steer or exec section in a text.
type Section struct {
	Family             Family
	Start, End         int // of all of it, tags included
	TextStart, TextEnd int // of what stands between the tags
	text               string
}

// Text returns what stands between the tags, without the white space around it (see Trim).
func (s Section) Text() string { return s.text }

// Sections returns the sections of a text in the order in which they start. A section reaches from an opening tag to
// the next closing tag of its family, and the two may differ in name: <steer>…</steering>. Each family is matched
// without regard to the other, so in malformed text a steer and an exec section may overlap. Tags that are left over
// are no sections, and neither are tags with attributes.
func Sections(text string) []Section {
	sections := append(family(text, Steer), family(text, Exec)...)
	slices.SortFunc(sections, func(a, b Section) int { return a.Start - b.Start })
	return sections
}

func family(text string, f Family) []Section {
	var sections []Section
	for _, p := range pairs(text, f.names()) {
		sections = append(sections, Section{
			Family: f,
			Start:  p.open.start, TextStart: p.open.end, TextEnd: p.close.start, End: p.close.end,
			text: Trim(text[p.open.end:p.close.start]),
		})
	}
	return sections
}

// Residual returns what stands outside the sections of a text, as Sections returned them: the pieces that are not
// blank, trimmed and joined by a space. Where sections overlap, what any of them covers is inside.
func Residual(text string, sections []Section) string {
	var pieces []string
	keep := func(piece string) {
		if piece = Trim(piece); piece != "" {
			pieces = append(pieces, piece)
		}
	}
	done := 0
	for _, s := range sections {
		keep(text[done:max(done, s.Start)])
		done = max(done, s.End)
	}
	keep(text[done:])
	return strings.Join(pieces, " ")
}
