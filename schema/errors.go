package schema

import (
	"fmt"
	"strings"
)

// A Position is a place in a file of the user.
type Position struct {
	File   string // slash-separated, relative to Options.Dir
	Line   int    // from 1; 0 = the file as a whole
	Column int    // from 1, in bytes

	// Path is the path under which the value is written there, which is another one where it is written once and taken
	// from there: "models.flash.thinkingLevel" for "steps.transform.model.thinkingLevel".
	Path string
}

// String gives file:line:column.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// An Error is one mistake of the user.
type Error struct {
	At    Position // where to mend it
	Path  string   // of the field, "steps.filter.tokens.max"; "" = none
	Text  string   // what is wrong, and what to do, on one line
	Hints []string // what else helps, a line each
}

// Error gives the place, the path and the text on one line, and the hints indented on lines below.
func (e *Error) Error() string {
	parts := make([]string, 0, 3)
	if at := e.At.String(); at != "" {
		parts = append(parts, at)
	}
	if e.Path != "" {
		parts = append(parts, e.Path)
	}
	line := strings.Join(append(parts, e.Text), ": ")
	return strings.Join(append([]string{line}, e.Hints...), "\n   ")
}

// Errors are all mistakes that were found, one each, by place.
type Errors []*Error

// Error gives all mistakes, each from the start of a line.
func (es Errors) Error() string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = e.Error()
	}
	return strings.Join(lines, "\n")
}

// mistake makes an error about a file as a whole, or about none.
func mistake(file, format string, args ...any) *Error {
	return &Error{At: Position{File: file}, Text: fmt.Sprintf(format, args...)}
}
