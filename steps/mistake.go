package steps

import (
	"fmt"
	"regexp"
	"strconv"
)

// Mistake returns the *FieldError of a field, its path in the step's config, with a text as fmt.Sprintf makes it.
func Mistake(field, format string, args ...any) error {
	return &FieldError{Field: field, Text: fmt.Sprintf(format, args...)}
}

// identifier matches names that a CUE path holds without quotes.
var identifier = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

// FieldPath returns the path of a field below another one, "" for none: FieldPath("shares", "a b") is shares."a b".
func FieldPath(parent, name string) string {
	if !identifier.MatchString(name) {
		name = strconv.Quote(name)
	}
	if parent == "" {
		return name
	}
	return parent + "." + name
}
