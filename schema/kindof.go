package schema

import "cuelang.org/go/cue/ast"

// shapeAt gives the shape at a path of the pipeline, or nil.
func (p *places) shapeAt(path []string) *shape {
	if len(path) < 2 || path[0] != "steps" {
		return p.catalog.shape("#Pipeline").at(path)
	}
	if s := p.catalog.kind(p.kindOf(path[1])); s != nil {
		return s.at(path[2:])
	}
	return nil
}

// mention says whether the files refer to a definition.
func (p *places) mention(definition string) bool {
	found := false
	for _, f := range p.imported {
		ast.Walk(f, func(n ast.Node) bool {
			if x, ok := n.(*ast.SelectorExpr); ok {
				name, _, _ := ast.LabelName(x.Sel)
				found = found || name == definition
			}
			return !found
		}, nil)
	}
	return found
}

// kindOf gives the kind of a step as far as the files tell: by the definition that it names, or by its field kind.
func (p *places) kindOf(step string) string {
	if kind := p.kindByDefinition(step); kind != "" {
		return kind
	}
	for _, at := range p.find([]string{"steps", step, "kind"}) {
		if kind := text(at.expr); kind != "" {
			return kind
		}
	}
	return ""
}

// kindByDefinition gives the kind whose definition a step names in the files, or "".
func (p *places) kindByDefinition(step string) string {
	kind := ""
	s := &search{places: p}
	s.selector = func(x *ast.SelectorExpr) {
		name, _, _ := ast.LabelName(x.Sel)
		for k, definition := range p.catalog.kinds {
			if definition == name {
				kind = k
			}
		}
	}
	for _, at := range s.find([]string{"steps", step}) {
		s.structs(at.expr, func(*ast.Field) {})
	}
	return kind
}
