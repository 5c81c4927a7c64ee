package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// withoutStrays reports fields at the top that no pipeline has, and drops what follows from each: CUE tells of a
// misspelt `steps` only by all that is wrong within it, and of a misspelt `models` by each reference to it.
func (c *checker) withoutStrays(all []*message) []*message {
	strays := c.strays()
	for _, name := range strays {
		c.noField([]string{name})
	}
	names := c.catalog.shape("#Pipeline").names()
	return slices.DeleteFunc(all, func(m *message) bool {
		if len(m.path) > 0 && slices.Contains(strays, m.path[0]) {
			return true
		}
		meansOne := func(stray string) bool { return Nearest(stray, names) == m.arg(0) }
		return strings.HasPrefix(m.format, "reference %q not found") && slices.ContainsFunc(strays, meansOne)
	})
}

// strays lists the fields written at the top that no pipeline has.
func (c *checker) strays() []string {
	if !c.places.mention("#Pipeline") {
		return nil
	}
	names := c.catalog.shape("#Pipeline").names()
	return slices.DeleteFunc(c.places.labels(), func(label string) bool {
		return label[0] == '_' || label[0] == '#' || slices.Contains(names, label)
	})
}

// withoutChoices makes one of the errors that CUE has for a value that fits no alternative of a choice: one that says
// that, and one for each alternative.
func (c *checker) withoutChoices(all []*message) []*message {
	for _, head := range slices.Clone(all) {
		if !strings.HasSuffix(head.format, "errors in empty disjunction:") {
			continue
		}
		var below, rest []*message
		for _, m := range all {
			if len(m.path) >= len(head.path) && slices.Equal(m.path[:len(head.path)], head.path) {
				below = append(below, m)
			} else {
				rest = append(rest, m)
			}
		}
		all = append(rest, c.settle(head, below)...)
	}
	return all
}

// settle gives those of the errors of a choice that say what is wrong. Where the definition leaves the choice, they are
// replaced by one that says it; where the user does, with a default, that this is not the default is no mistake.
func (c *checker) settle(head *message, below []*message) []*message {
	isConflict := func(m *message) bool { return m.format == "conflicting values %s and %s" }
	if s := c.places.shapeAt(head.path); s != nil && isChoice(s.typ) {
		if i := slices.IndexFunc(below, isConflict); i >= 0 {
			return below[i : i+1]
		}
		c.report(head.path, c.places.literal(head.path)+" does not fit; it must be "+alternatives(s.typ))
		return nil
	}
	below = slices.DeleteFunc(below, func(m *message) bool { return m == head || isConflict(m) })
	if len(below) == 0 {
		c.noAlternative(head.path)
	}
	return below
}

// noAlternative reports a value that is none of those that the user allows elsewhere.
func (c *checker) noAlternative(path []string) {
	text := c.places.literal(path) + " is not one of the values allowed"
	for _, at := range c.places.find(path) {
		if isChoice(at.expr) {
			text += fmt.Sprintf(" in %s: %s", c.places.at(at.expr.Pos(), ""), written(at.expr))
			break
		}
	}
	c.report(path, text)
}

// isChoice says whether a type or value is one of several.
func isChoice(e ast.Expr) bool {
	x, ok := e.(*ast.BinaryExpr)
	return ok && x.Op == token.OR
}

// alternatives says in words what a choice is between.
func alternatives(e ast.Expr) string {
	if x, ok := e.(*ast.BinaryExpr); ok && x.Op == token.OR {
		return alternatives(x.X) + " or " + alternatives(x.Y)
	}
	if x, ok := e.(*ast.ParenExpr); ok {
		return alternatives(x.X)
	}
	if x, ok := e.(*ast.ListLit); ok {
		return "a list of " + count(x)
	}
	typ, bounds := inWords(e)
	if bounds != "" {
		return typ + " (" + bounds + ")"
	}
	return typ
}
