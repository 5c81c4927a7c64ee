package schema

import (
	"strconv"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// mostExpressions bounds the work for one path: `let` clauses can refer to each other exponentially often.
const mostExpressions = 20_000

// A search walks expressions and stops when it has seen too many.
type search struct {
	places   *places
	selector func(*ast.SelectorExpr) // called for each selector on the way, if not nil
	seen     int
}

// find gives the places of a path, from the top of all files.
func (s *search) find(path []string) []place {
	var level []place
	for _, f := range s.places.files {
		level = append(level, place{expr: &ast.StructLit{Elts: f.Decls}})
	}
	for _, label := range path {
		level = s.children(level, label)
	}
	return level
}

// children gives the places of a field, or of an item of a list, of the values given. Fields whose names are computed
// count only where none has the name itself.
func (s *search) children(level []place, label string) []place {
	var exact, computed []place
	for _, at := range level {
		s.structs(at.expr, func(f *ast.Field) {
			child := place{expr: f.Value, field: f, label: f.Label.Pos()}
			switch labelOf(f) {
			case label:
				exact = append(exact, child)
			case "":
				computed = append(computed, child)
			}
		})
		if i, err := strconv.Atoi(label); err == nil {
			exact = append(exact, s.item(at.expr, i)...)
		}
	}
	if len(exact) > 0 {
		return exact
	}
	return computed
}

// structs calls yield for each field that an expression may add to a struct.
func (s *search) structs(e ast.Expr, yield func(*ast.Field)) {
	s.expand(e, func(e ast.Expr) {
		lit, ok := e.(*ast.StructLit)
		if !ok {
			return
		}
		for _, d := range lit.Elts {
			switch d := d.(type) {
			case *ast.Field:
				yield(d)
			case *ast.EmbedDecl:
				s.structs(d.Expr, yield)
			case *ast.Comprehension:
				s.structs(d.Value, yield)
			}
		}
	})
}

// item gives item i of each list that an expression may be.
func (s *search) item(e ast.Expr, i int) []place {
	var items []place
	s.expand(e, func(e ast.Expr) {
		if lit, ok := e.(*ast.ListLit); ok && i < len(lit.Elts) {
			items = append(items, place{expr: lit.Elts[i], label: lit.Elts[i].Pos()})
		}
	})
	return items
}

// expand calls yield for each part of an expression that is not itself made of others.
func (s *search) expand(e ast.Expr, yield func(ast.Expr)) {
	if s.seen++; s.seen > mostExpressions {
		return
	}
	switch x := e.(type) {
	case *ast.ParenExpr:
		s.expand(x.X, yield)
	case *ast.UnaryExpr:
		s.expand(x.X, yield)
	case *ast.BinaryExpr:
		if x.Op == token.AND || x.Op == token.OR {
			s.expand(x.X, yield)
			s.expand(x.Y, yield)
		}
	case *ast.Ident:
		s.expandName(x, yield)
	case *ast.SelectorExpr:
		if s.selector != nil {
			s.selector(x)
		}
		s.expandSelector(x, yield)
	default:
		yield(e)
	}
}

func (s *search) expandName(x *ast.Ident, yield func(ast.Expr)) {
	switch n := x.Node.(type) {
	case *ast.LetClause:
		s.expand(n.Expr, yield)
	case *ast.Field:
		s.expandReferred(n, n.Value, yield)
	case ast.Expr:
		s.expandReferred(n, n, yield)
	}
}

// expandReferred expands what all files say of a value that is referred to.
func (s *search) expandReferred(n ast.Node, value ast.Expr, yield func(ast.Expr)) {
	path, known := s.places.pathOf(n)
	if !known {
		s.expand(value, yield)
		return
	}
	for _, at := range s.find(split(path)) {
		s.expand(at.expr, yield)
	}
}

func (s *search) expandSelector(x *ast.SelectorExpr, yield func(ast.Expr)) {
	name, _, err := ast.LabelName(x.Sel)
	if err != nil {
		return
	}
	for _, at := range s.children([]place{{expr: x.X}}, name) {
		s.expand(at.expr, yield)
	}
}
