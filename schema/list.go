package schema

import (
	"strconv"
	"strings"
	"unicode"

	"cuelang.org/go/cue/ast"
)

// listLength reports a list that is too short or too long for the definition, or for another one of the user.
func (m *message) listLength() {
	if s := m.checker.places.shapeAt(m.path); s != nil {
		if lit, ok := s.typ.(*ast.ListLit); ok && !m.fits(lit) {
			m.checker.report(m.path, "must have "+count(lit))
			return
		}
	}
	m.args = []any{"a list of " + m.arg(0), "a list of " + m.arg(1)}
	m.conflict()
}

// fits says whether both lists of the error are as long as the definition wants, so that it is not what they differ from.
func (m *message) fits(definition *ast.ListLit) bool {
	least, open := leastItems(definition)
	fits := func(i int) bool {
		n, _ := m.args[i].(int)
		return n == least || open && n > least
	}
	return fits(0) && fits(1)
}

// leastItems is the number of items that a list must have, and whether it may have more.
func leastItems(lit *ast.ListLit) (least int, open bool) {
	if len(lit.Elts) == 0 {
		return 0, false
	}
	_, open = lit.Elts[len(lit.Elts)-1].(*ast.Ellipsis)
	if open {
		return len(lit.Elts) - 1, true
	}
	return len(lit.Elts), false
}

// count says in words how many of which items a list must have: "at least two numbers".
func count(lit *ast.ListLit) string {
	least, open := leastItems(lit)
	item := "item"
	if len(lit.Elts) > 0 {
		item = itemWord(lit.Elts[0])
	}
	if least != 1 {
		item += "s"
	}
	number := strconv.Itoa(least)
	if few := []string{"no", "one", "two", "three"}; least < len(few) {
		number = few[least]
	}
	switch {
	case least == 0 && open:
		return "any number of " + item
	case open:
		return "at least " + number + " " + item
	}
	return "exactly " + number + " " + item
}

// itemWord names an item of a list by its type; a definition by the last word of its name: #StratifyField is a field.
func itemWord(typ ast.Expr) string {
	if e, ok := typ.(*ast.Ellipsis); ok {
		typ = e.Type
	}
	name, ok := typ.(*ast.Ident)
	if !ok {
		return "item"
	}
	switch definition, ok := strings.CutPrefix(name.Name, "#"); {
	case name.Name == "#Rows":
		return "step"
	case ok:
		last := strings.LastIndexFunc(definition, unicode.IsUpper)
		return strings.ToLower(definition[max(last, 0):])
	case name.Name == "string", name.Name == "int", name.Name == "number":
		return namedType(name.Name)
	}
	return "item"
}
