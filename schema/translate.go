package schema

import (
	"fmt"
	"slices"
	"strings"

	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/token"
)

// translate turns the errors of CUE into errors at the user's places and in the user's words. It goes by the message
// formats of CUE; a format that it does not know comes out in CUE's words.
func (c *checker) translate(err error) error {
	all := cueerrors.Errors(err)
	if slices.ContainsFunc(all, outsidePipeline) {
		return Errors{mistake(pipelineFile, outside)}
	}
	c.translateAll(err)
	return c.sorted()
}

// outsidePipeline says whether an error is that a step has no handles, which only happens outside of #Pipeline, and then
// brings many errors more.
func outsidePipeline(e cueerrors.Error) bool {
	format, _ := e.Msg()
	path := e.Path()
	return strings.HasPrefix(format, "incomplete value") && len(path) == 3 && path[0] == "steps" && path[2] == "rows"
}

// translateAll adds all errors of CUE that are not mere consequences of others; their paths start at the value at the
// path given.
func (c *checker) translateAll(err error, above ...string) {
	var all []*message
	for _, e := range cueerrors.Errors(err) {
		all = append(all, c.message(e, above))
	}
	if len(all) == 0 {
		return
	}
	for _, m := range c.withoutChoices(c.withoutStrays(all)) {
		m.translate()
	}
}

func (c *checker) message(e cueerrors.Error, above []string) *message {
	format, args := e.Msg()
	path := fieldPath(e)
	if len(above) > 0 && len(path) > 0 && strings.HasPrefix(path[0], "#") {
		path = path[1:] // the definition that the value was unified with
	}
	return &message{checker: c, path: append(slices.Clip(above), path...), err: e, format: format, args: args}
}

// fieldPath gives the path of an error; errors of the loader have a package there instead.
func fieldPath(e cueerrors.Error) []string {
	path := e.Path()
	if len(path) == 1 && strings.Contains(path[0], ":") {
		return nil
	}
	for i, label := range path {
		path[i] = strings.Trim(label, `"`)
	}
	return path
}

// A message is one error of CUE.
type message struct {
	checker *checker
	path    []string
	err     cueerrors.Error
	format  string
	args    []any
}

// translations are the beginnings of formats of CUE that have an answer of our own; the first that fits counts.
var translations = []struct {
	prefix    string
	translate func(*message)
}{
	{"field not allowed", func(m *message) { m.checker.noField(m.path) }},
	{"field is required but not present", (*message).missing},
	{"reference %q not found", (*message).reference},
	{"undefined field", (*message).undefined},
	{"conflicting values %s and %s (", (*message).wrongType},
	{"conflicting values %s and %s", (*message).conflict},
	{"invalid value %v (out of bound", (*message).bound},
	{"incompatible list lengths", (*message).listLength},
	{"incomplete value", (*message).incomplete},
	{"import failed", (*message).imported},
	{"no tag for", (*message).tag},
	{"tag %q not used", (*message).tag},
	{"invalid type %q", (*message).tagType},
	{"invalid number for injection tag", (*message).tagValue},
	{"invalid int %q for injection tag", (*message).tagValue},
	{"invalid boolean %q for injection tag", (*message).tagValue},
	{"unreferenced alias or let clause", (*message).unused},
	{"imported and not used", (*message).unused},
}

func (m *message) translate() {
	for _, t := range translations {
		if strings.HasPrefix(m.format, t.prefix) && len(m.args) >= strings.Count(m.format, "%") {
			t.translate(m)
			return
		}
	}
	m.report(fmt.Sprintf(m.format, m.args...))
}

func (m *message) arg(i int) string { return fmt.Sprint(m.args[i]) }

// report puts an error at the place where CUE saw it, if that is the user's, else where the path is written.
func (m *message) report(text string, hints ...string) {
	at, ok := m.seen()
	if !ok {
		at, _ = m.checker.places.position(m.path)
	}
	m.checker.add(&Error{At: at, Path: join(m.path), Text: text, Hints: hints})
}

// seen gives the first place of the user that CUE names.
func (m *message) seen() (Position, bool) {
	for _, pos := range append([]token.Pos{m.err.Position()}, m.err.InputPositions()...) {
		if pos.IsValid() && m.checker.folder.isUsers(pos.Filename()) {
			return m.checker.places.at(pos, join(m.path)), true
		}
	}
	return Position{}, false
}

// missing reports a required field that is not there, at what should hold it.
func (m *message) missing() {
	c, last := m.checker, m.path[len(m.path)-1]
	parent := m.path[:len(m.path)-1]
	if last == "kind" && len(parent) == 2 {
		c.noDefinition(parent)
		return
	}
	text := "missing"
	if s := c.places.shapeAt(m.path); s != nil && s.doc != "" {
		text += ": " + firstSentence(s.doc)
	}
	c.report(m.path, text+c.where(m.path))
}

// noDefinition reports a step without a kind: in a variant it is mostly a step of the pipeline with its name misspelt.
func (c *checker) noDefinition(path []string) {
	var others []string
	for _, name := range c.places.labels("steps") {
		if c.places.kindOf(name) != "" {
			others = append(others, name)
		}
	}
	text := "a step of no kind; write sft.#Filter & {…} or another of: " + strings.Join(c.definitionNames(), ", ")
	if best := Nearest(path[1], others); best != "" {
		text = fmt.Sprintf("no such step; did you mean %q?  A new step needs a kind: sft.#Filter & {…}", best)
	}
	c.reportLabel(path, text)
}

func (c *checker) definitionNames() []string {
	var names []string
	for _, kind := range c.kindNames() {
		names = append(names, "sft."+c.catalog.kinds[kind])
	}
	return names
}

func firstSentence(doc string) string {
	if i := strings.Index(doc, ". "); i >= 0 {
		return doc[:i+1]
	}
	return doc
}
