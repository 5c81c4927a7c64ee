package schema

import (
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/token"
)

// places finds where in the user's files a value is written. It follows the syntax (structs, `&`, `|`, let clauses,
// references within the files) along one path at a time, and needs no evaluated value, so it also works for files that
// do not evaluate.
type places struct {
	folder   *folder
	catalog  *catalog
	files    []*ast.File         // of the pipeline; the variant's last
	imported []*ast.File         // all files of the user, those of imported packages too
	paths    map[ast.Node]string // of fields, and of their values, where they stand
}

// A place is one expression that says something about a value.
type place struct {
	expr  ast.Expr
	field *ast.Field // that holds expr, or nil for an item of a list
	label token.Pos  // of the field's name, or of the item
}

func newPlaces(f *folder, c *catalog, instance *build.Instance) *places {
	p := &places{folder: f, catalog: c, paths: map[ast.Node]string{}}
	for _, i := range append(instance.Dependencies(), instance) {
		for _, file := range i.Files {
			if f.isUsers(file.Filename) {
				p.imported = append(p.imported, file)
			}
			if f.isUsers(file.Filename) && i == instance {
				p.files = append(p.files, file)
			}
		}
	}
	slices.SortStableFunc(p.files, func(a, b *ast.File) int {
		return strings.Count(f.relative(a.Filename), "/") - strings.Count(f.relative(b.Filename), "/")
	})
	for _, file := range p.files {
		p.record(file.Decls, nil)
	}
	return p
}

// find gives all places that say something about the value at a path.
func (p *places) find(path []string) []place {
	return (&search{places: p}).find(path)
}

// labels lists the names of the fields written below a path, in the order of the files.
func (p *places) labels(path ...string) []string {
	s := &search{places: p}
	var names []string
	for _, at := range p.find(path) {
		s.structs(at.expr, func(f *ast.Field) {
			if name := labelOf(f); name != "" && !slices.Contains(names, name) {
				names = append(names, name)
			}
		})
	}
	return names
}

// best chooses the place that decides a value: the variant's before the pipeline's, a plain value before a choice.
func (p *places) best(found []place) place {
	return slices.MaxFunc(found, func(a, b place) int { return p.weight(a) - p.weight(b) })
}

func (p *places) weight(at place) int {
	w := 0
	if p.inVariant(at.expr.Pos()) {
		w = 2
	}
	switch at.expr.(type) {
	case *ast.BasicLit, *ast.StructLit, *ast.ListLit:
		w++
	}
	return w
}

func (p *places) inVariant(pos token.Pos) bool {
	return strings.HasPrefix(p.folder.relative(pos.Filename()), variantsDir+"/")
}

// position gives the place of a path, or of the nearest path above it that is written anywhere.
func (p *places) position(path []string) (Position, bool) {
	for n := len(path); n > 0; n-- {
		if found := p.find(path[:n]); len(found) > 0 {
			at := p.best(found)
			return p.at(at.expr.Pos(), p.written(at, path[:n])), true
		}
		if n == len(path) && p.takesSeed(path) {
			return p.position([]string{"seed"})
		}
	}
	return Position{}, false
}

// takesSeed says whether the field at a path has the pipeline's seed unless it is written.
func (p *places) takesSeed(path []string) bool {
	s := p.shapeAt(path)
	return s != nil && s.preset == seedOfPipeline && len(p.find([]string{"seed"})) > 0
}

// at makes a Position of a position of CUE.
func (p *places) at(pos token.Pos, path string) Position {
	return Position{File: p.folder.relative(pos.Filename()), Line: pos.Line(), Column: pos.Column(), Path: path}
}
