package schema

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
)

// report adds an error at the value of a path.
func (c *checker) report(path []string, text string, hints ...string) {
	at, _ := c.places.position(path)
	c.add(&Error{At: at, Path: join(path), Text: text, Hints: hints})
}

// reportLabel adds an error at the name of a field.
func (c *checker) reportLabel(path []string, text string) {
	at, _ := c.places.position(path)
	if found := c.places.find(path); len(found) > 0 {
		last := found[len(found)-1]
		at = c.places.at(last.label, join(path))
	}
	c.add(&Error{At: at, Path: join(path), Text: text})
}

// add adds an error unless the same is there already.
func (c *checker) add(e *Error) {
	if e.At.File == "" && e.Path != "" {
		e.At.File = pipelineFile
	}
	same := func(o *Error) bool { return o.Text == e.Text && (o.Path == e.Path || o.At == e.At) }
	if !slices.ContainsFunc(c.errors, same) {
		c.errors = append(c.errors, e)
	}
}

// sorted gives the errors by place.
func (c *checker) sorted() Errors {
	slices.SortStableFunc(c.errors, func(a, b *Error) int {
		return cmp.Or(strings.Compare(a.At.File, b.At.File), a.At.Line-b.At.Line, a.At.Column-b.At.Column)
	})
	return c.errors
}

// noField reports a field that the definitions do not have.
func (c *checker) noField(path []string) {
	parent, name := path[:len(path)-1], path[len(path)-1]
	text := "no such field"
	if s := c.places.shapeAt(parent); s != nil && len(s.names()) > 0 {
		names := s.names()
		text += orEnd(meant(name, names), ".") + "  Fields: " + strings.Join(names, ", ") + c.where(path)
	}
	c.reportLabel(path, text)
}

// where names the command that documents the fields of a step.
func (c *checker) where(path []string) string {
	if len(path) > 2 && path[0] == "steps" {
		if kind := c.places.kindOf(path[1]); kind != "" {
			return fmt.Sprintf(" (sftrun kinds %s)", kind)
		}
	}
	return ""
}

// noStep is the text for a handle of a step that does not exist.
func (c *checker) noStep(step, stream string) string {
	names := c.known
	if len(names) == 0 {
		names = c.places.labels("steps")
	}
	text := fmt.Sprintf("no step %q", step)
	if best := Nearest(step, names); best != "" {
		return text + fmt.Sprintf("; did you mean %s.%s?", best, cmp.Or(stream, "rows"))
	}
	return text + "; steps: " + strings.Join(names, ", ") + "."
}
