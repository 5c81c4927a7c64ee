package schema

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// words are what a pattern like =~"^(any|one)$" lets one choose from.
var words = regexp.MustCompile(`^=~"\^\(([a-z0-9_|]+)\)\$"$`)

// bound reports a value outside of its range or not one of the words allowed.
func (m *message) bound() {
	value, bound := m.arg(0), m.arg(1)
	if choice := words.FindStringSubmatch(bound); choice != nil {
		allowed := strings.Split(choice[1], "|")
		m.report(fmt.Sprintf("%s is not one of: %s%s", value, strings.Join(allowed, ", "), meant(strings.Trim(value, `"`), allowed)))
		return
	}
	switch {
	case m.isInput():
		m.noHandle()
	case strings.HasPrefix(bound, "=~"):
		m.report(fmt.Sprintf("%s does not fit; it must be %s", value, boundWords(bound)))
	case bound == `!=""`:
		m.report("must not be empty")
	default:
		m.report(fmt.Sprintf("%s is out of range; it must be %s", value, boundWords(bound)))
	}
}

// isInput says whether the error is about a field that takes a handle.
func (m *message) isInput() bool {
	s := m.checker.places.shapeAt(m.path)
	return s != nil && s.input
}

// boundWords says a bound of CUE in plain words.
func boundWords(bound string) string {
	for _, b := range []struct{ op, words string }{
		{`!=""`, "not empty"}, {"=~", "text that matches "}, {">=", "at least "}, {"<=", "at most "}, {">", "above "}, {"<", "below "},
	} {
		if rest, ok := strings.CutPrefix(bound, b.op); ok {
			return b.words + rest
		}
	}
	return bound
}

var typeWords = map[string]string{
	"int": "a whole number", "float": "a number with a fraction", "number": "a number", "string": "text in quotes",
	"bool": "true or false", "struct": "a struct { … }", "list": "a list [ … ]",
}

// typeWord says a type of CUE in plain words.
func typeWord(t string) string {
	if w, ok := typeWords[t]; ok {
		return w
	}
	return t
}

// noHandle reports something else where a handle should be.
func (m *message) noHandle() {
	example := ""
	if found := m.checker.places.find(m.path); len(found) > 0 {
		word := literalOr(found[len(found)-1].expr, example)
		example = strings.TrimPrefix(strings.Trim(word, `"`), "steps.")
	}
	steps := m.checker.places.labels("steps")
	if example = closest(example, steps); !slices.Contains(steps, example) {
		example = "filter"
	}
	m.checker.report(m.path, fmt.Sprintf("must be the rows of a step: %s.rows, or %s.rejects for what it left out", example, example))
}
