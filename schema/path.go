package schema

import (
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/ast"
)

// join writes labels as one path: steps.stratify.by[0].field. Labels that are no identifiers are quoted.
func join(labels []string) string {
	var b strings.Builder
	for _, l := range labels {
		if _, err := strconv.Atoi(l); err == nil {
			b.WriteString("[" + l + "]")
			continue
		}
		if b.Len() > 0 {
			b.WriteByte('.')
		}
		if !ast.IsValidIdent(l) {
			l = strconv.Quote(l)
		}
		b.WriteString(l)
	}
	return b.String()
}

// split reads what join writes; "by.0.field" will do as well.
func split(path string) []string {
	var labels []string
	parsed := cue.ParsePath(path)
	if parsed.Err() != nil {
		return strings.Split(path, ".")
	}
	for _, s := range parsed.Selectors() {
		if s.LabelType() == cue.IndexLabel {
			labels = append(labels, strconv.Itoa(s.Index()))
		} else if s.LabelType() == cue.StringLabel {
			labels = append(labels, s.Unquoted())
		} else {
			labels = append(labels, s.String())
		}
	}
	return labels
}
