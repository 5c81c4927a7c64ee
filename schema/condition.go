package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// checkValues checks what neither CUE nor the names of the fields tell: that numbers fit, and the conditions of fields.
func (c *checker) checkValues(v any, s *shape, path []string) {
	switch v := v.(type) {
	case map[string]any:
		c.checkConditions(v, s, path)
		for _, name := range sortedKeys(v) {
			c.checkValues(v[name], s.child(name), append(slices.Clip(path), name))
		}
	case []any:
		for i, x := range v {
			label := strconv.Itoa(i)
			c.checkValues(x, s.child(label), append(slices.Clip(path), label))
		}
	case json.Number:
		c.checkNumber(v, s, path)
	}
}

// checkConditions holds the fields marked @when(other=word) to that: there if the field other next to it is that word,
// and only then. Those marked @only(other=word) may be missing there too. The field other must be a required one.
func (c *checker) checkConditions(fields map[string]any, s *shape, path []string) {
	if s == nil {
		return
	}
	for _, f := range s.fields {
		other, word, conditional := strings.Cut(f.when, "=")
		_, set := fields[f.name]
		if !conditional || set == (fields[other] == word) || !set && f.optional {
			continue
		}
		at := append(slices.Clip(path), f.name)
		if set {
			c.report(at, fmt.Sprintf("only for %s %q, and here it is %q; remove it", other, word, fields[other]))
			continue
		}
		where, _ := c.places.position(append(slices.Clip(path), other))
		text := fmt.Sprintf("missing, but %s %q needs it: %s", other, word, firstSentence(f.doc))
		c.add(&Error{At: where, Path: join(at), Text: text + c.where(at)})
	}
}
