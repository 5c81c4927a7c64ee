package schema

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"

	"cuelang.org/go/cue/ast"
)

// tags reads "name=value" of Options.Tags.
func tags(given []string) (map[string]string, error) {
	values := map[string]string{}
	for _, t := range given {
		name, value, ok := strings.Cut(t, "=")
		if !ok || name == "" || strings.ContainsFunc(name, odd) {
			return nil, Errors{mistake("", "-t %q: write it as name=value", t)}
		}
		values[name] = value
	}
	return values, nil
}

// odd tells whether a letter has no place in a name, as it cannot be seen.
func odd(r rune) bool {
	return unicode.IsSpace(r) || !unicode.IsGraphic(r) || r == unicode.ReplacementChar
}

// A mark is an attribute @tag(name,type=…) on a field of the user.
type mark struct {
	name string
	typ  string // "int", "number", "bool", or "" for text
	at   Position
}

// marksOf gives the marks of a field.
func (p *places) marksOf(f *ast.Field) []mark {
	var found []mark
	for _, a := range f.Attrs {
		key, body := a.Split()
		if key != "tag" {
			continue
		}
		name, options, _ := strings.Cut(body, ",")
		m := mark{name: strings.TrimSpace(name), at: p.at(a.Pos(), "")}
		for _, o := range strings.Split(options, ",") {
			if typ, ok := strings.CutPrefix(strings.TrimSpace(o), "type="); ok && typ != "string" {
				m.typ = typ
			}
		}
		found = append(found, m)
	}
	return found
}

// marks gives all marks with a name.
func (p *places) marks(name string) []mark {
	var found []mark
	for _, file := range p.files {
		ast.Walk(file, func(n ast.Node) bool {
			if f, ok := n.(*ast.Field); ok {
				for _, m := range p.marksOf(f) {
					if m.name == name {
						found = append(found, m)
					}
				}
			}
			return true
		}, nil)
	}
	return found
}

// checkTags reports numbers on the command line that CUE would misread.
func (c *checker) checkTags() {
	for _, name := range slices.Sorted(maps.Keys(c.tags)) {
		value := c.tags[name]
		for _, m := range c.places.marks(name) {
			if (m.typ == "int" || m.typ == "number") && exponentTooLarge(value) {
				c.add(mistake("", "-t %s=%s: out of range; exponents go from -%d to %d (%s)", name, value, mostExponent, mostExponent, m.at))
				break
			}
		}
	}
}

// tagValue reports a value of the command line that is not of the type that the field's mark says.
func (m *message) tagValue() {
	name := m.arg(len(m.args) - 1)
	for _, mark := range m.checker.places.marks(name) {
		if mark.typ != "" {
			m.checker.add(mistake("", "-t %s=%s: %s must be %s (%s)", name, m.checker.tags[name], name, typeWord(mark.typ), mark.at))
			return
		}
	}
}

// textTag reports text of the command line where the definition wants something else, as no type is marked.
func (m *message) textTag(want string) bool {
	for _, at := range m.checker.places.find(m.path) {
		if at.field == nil {
			continue
		}
		for _, mark := range m.checker.places.marksOf(at.field) {
			if value, given := m.checker.tags[mark.name]; given && mark.typ == "" {
				m.checker.add(mistake("", "-t %s=%s: %s must be %s; write @tag(%s,type=%s) (%s)",
					mark.name, value, mark.name, typeWord(want), mark.name, want, mark.at))
				return true
			}
		}
	}
	return false
}

// tagType reports a mark whose type is none.
func (m *message) tagType() {
	m.report(fmt.Sprintf("@tag has no type %q; the types are string, int, number and bool", m.arg(0)))
}

// tag reports a tag of the command line that no field takes.
func (m *message) tag() {
	if len(m.checker.places.marks(m.arg(0))) > 0 {
		return // there is a field, and an error about its mark
	}
	m.checker.add(&Error{Text: fmt.Sprintf("-t %s: no field of the pipeline is marked @tag(%s)", m.arg(0), m.arg(0)),
		Hints: []string{"A field that takes it looks like this:   target: *2000 | int @tag(" + m.arg(0) + ",type=int)"}})
}
