package schema

import (
	"fmt"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// wrongType reports a value of another type than the definition's.
func (m *message) wrongType() {
	if m.plain(0) && m.plain(1) {
		m.conflict()
		return
	}
	if m.isInput() {
		m.noHandle()
		return
	}
	value, got, want := m.arg(0), m.arg(2), m.arg(3)
	if !m.plain(0) && m.plain(1) {
		value, got, want = m.arg(1), m.arg(3), m.arg(2)
	}
	if got == "string" && (want == "int" || want == "number" || want == "bool") && m.textTag(want) {
		return
	}
	if got == "float" && want == "int" {
		m.fraction(value)
		return
	}
	if len(value) > longestShown {
		value = "what is written"
	}
	m.report(fmt.Sprintf("%s is %s, but it must be %s", value, typeWord(got), typeWord(want)))
}

// plain says whether an argument is a value and not a type or a bound.
func (m *message) plain(i int) bool {
	text := m.arg(i)
	return text != "" && (text[0] == '"' || text[0] == '-' || text[0] >= '0' && text[0] <= '9' || text == "true" || text == "false" || text == "null")
}

// conflict reports two different values for one field, which mostly is a variant against a fixed value of the pipeline.
func (m *message) conflict() {
	c := m.checker
	var base, variant *place
	found := c.places.find(m.path)
	for i := range found {
		if c.places.inVariant(found[i].expr.Pos()) {
			variant = &found[i]
		} else if base == nil {
			base = &found[i]
		}
	}
	switch {
	case variant != nil && base != nil:
		m.againstBase(*base, *variant)
	case len(found) > 1:
		m.report(fmt.Sprintf("set to %s and to %s (%s); remove one", m.arg(0), m.arg(1), c.places.at(found[0].expr.Pos(), "")))
	default:
		m.report(fmt.Sprintf("%s and %s cannot both be", m.arg(0), m.arg(1)))
	}
}

func (m *message) againstBase(base, variant place) {
	c := m.checker
	said, fixed := literalOr(variant.expr, m.arg(0)), literalOr(base.expr, m.arg(1))
	at := c.places.at(base.expr.Pos(), "")
	hint := fmt.Sprintf("To let variants change it, write in %s:   %s: *%s | %s", at.File, m.path[len(m.path)-1], fixed, typeOf(base.expr))
	c.add(&Error{
		At:    c.places.at(variant.expr.Pos(), join(m.path)),
		Path:  join(m.path),
		Text:  fmt.Sprintf("the variant says %s, but %s fixes %s.", said, at, fixed),
		Hints: []string{hint},
	})
}

// longestShown is how long a value may be to be repeated in an error.
const longestShown = 60

// literal writes the value at a path as the user did, where that is short.
func (p *places) literal(path []string) string {
	return p.literalOr(path, "what is written")
}

func (p *places) literalOr(path []string, otherwise string) string {
	if found := p.find(path); len(found) > 0 {
		return literalOr(p.best(found).expr, otherwise)
	}
	return otherwise
}

// literalOr writes a value as the user did, where that is short.
func literalOr(e ast.Expr, otherwise string) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		return x.Value
	case *ast.Ident, *ast.SelectorExpr:
		return source(e)
	case *ast.UnaryExpr, *ast.ListLit:
		if text := written(e); len(text) <= longestShown {
			return text
		}
	}
	return otherwise
}

// typeOf is the CUE type of a literal.
func typeOf(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.BasicLit:
		switch x.Kind {
		case token.INT:
			return "int"
		case token.FLOAT:
			return "number"
		case token.TRUE, token.FALSE:
			return "bool"
		}
	case *ast.UnaryExpr:
		return typeOf(x.X)
	case *ast.StructLit:
		return "{...}"
	case *ast.ListLit:
		return "[...]"
	}
	return "string"
}

// incomplete reports a field that has a type or several defaults but no value.
func (m *message) incomplete() {
	c, value := m.checker, m.arg(0)
	found := c.places.find(m.path)
	for _, variant := range found {
		if len(found) > 1 && c.places.inVariant(variant.expr.Pos()) {
			c.add(&Error{
				At:   c.places.at(variant.expr.Pos(), join(m.path)),
				Path: join(m.path),
				Text: fmt.Sprintf("two defaults, here and in %s, so neither counts (%s); in a variant write the value alone, without * and |",
					c.places.at(found[0].expr.Pos(), ""), value),
			})
			return
		}
	}
	if strings.Contains(value, " | ") {
		m.report(fmt.Sprintf("could be any of %s; write one value, or mark the default with *", value))
		return
	}
	m.report(fmt.Sprintf("no value yet, only %s; set one", value))
}
