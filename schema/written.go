package schema

import (
	"slices"

	"cuelang.org/go/cue/ast"
)

// written gives the path under which a place stands in its file, or the path that led there.
func (p *places) written(at place, path []string) string {
	if w, ok := p.pathOf(at.field); ok {
		return w
	}
	return join(path)
}

// pathOf gives the path under which a field, or the value of one, stands, unless that is computed or within a let clause.
func (p *places) pathOf(n ast.Node) (string, bool) {
	path, ok := p.paths[n]
	return path, ok
}

// record notes the paths of all fields that stand at one.
func (p *places) record(decls []ast.Decl, path []string) {
	for _, d := range decls {
		switch d := d.(type) {
		case *ast.Field:
			if name := labelOf(d); name != "" {
				below := append(slices.Clip(path), name)
				p.paths[d], p.paths[d.Value] = join(below), join(below)
				p.recordExpr(d.Value, below)
			}
		case *ast.EmbedDecl:
			p.recordExpr(d.Expr, path)
		case *ast.Comprehension:
			p.recordExpr(d.Value, path)
		}
	}
}

func (p *places) recordExpr(e ast.Expr, path []string) {
	switch x := e.(type) {
	case *ast.StructLit:
		p.record(x.Elts, path)
	case *ast.ParenExpr:
		p.recordExpr(x.X, path)
	case *ast.UnaryExpr:
		p.recordExpr(x.X, path)
	case *ast.BinaryExpr:
		p.recordExpr(x.X, path)
		p.recordExpr(x.Y, path)
	}
}
