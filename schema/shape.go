package schema

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/parser"
	"cuelang.org/go/cue/token"
)

// A shape is what a definition says of a field beyond what CUE itself acts on: documentation and attributes. It is read
// from the source and not from the evaluated value, which keeps it cheap and lets it say what is written.
type shape struct {
	name     string
	doc      string
	typ      ast.Expr // nil for the definition itself
	required bool
	input    bool   // a handle of another step
	file     bool   // a path of a declared file
	unkeyed  bool   // cannot change any result
	preset   string // what @default(…) holds, "" = none
	when     string // what @when(…) holds: "field=word" of the field next to it that this one goes with, "" = none
	optional bool   // it may be missing there too: @only(…)

	fields []*shape // of a struct, as written
	open   bool     // of a struct: fields that are not named here are allowed
	values *shape   // of a struct with fields of any name: what each holds
	items  *shape   // of a list: what each item is
}

// seedOfPipeline is the default that stands for the pipeline's own seed.
const seedOfPipeline = "pipeline.seed"

// common are the fields that every step has; they are not part of a kind's config.
var common = []string{"kind", "publish", "rows", "rejects"}

// A catalog holds the definitions of the package, by name with "#".
type catalog struct {
	definitions map[string]*ast.Field
	kinds       map[string]string // kind → name of its definition
	shapes      map[string]*shape // as far as they were asked for
}

// newCatalog reads the core definitions and those of the kinds. An error is a mistake in a kind's source.
func newCatalog(kinds []Definition) (*catalog, error) {
	c := &catalog{definitions: map[string]*ast.Field{}, kinds: map[string]string{}, shapes: map[string]*shape{}}
	if _, err := c.add("sft.cue", coreSource); err != nil {
		return nil, err
	}
	for _, k := range kinds {
		names, err := c.add(path.Join("kind", k.Name+".cue"), k.Source)
		if err != nil {
			return nil, fmt.Errorf("kind %s: %w", k.Name, err)
		}
		i := slices.IndexFunc(names, func(name string) bool { return c.isKind(name, k.Name) })
		if i < 0 {
			return nil, fmt.Errorf("kind %s: no definition in its schema has the field kind: %q", k.Name, k.Name)
		}
		c.kinds[k.Name] = names[i]
	}
	return c, nil
}

// add reads the definitions of one file and gives their names.
func (c *catalog) add(name, source string) ([]string, error) {
	f, err := parser.ParseFile(name, withoutCondition(source), parser.ParseComments)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, d := range f.Decls {
		if field, ok := d.(*ast.Field); ok {
			label, _, _ := ast.LabelName(field.Label)
			c.definitions[label] = field
			names = append(names, label)
		}
	}
	return names, nil
}

// isKind says whether a definition has the field `kind: "name"`.
func (c *catalog) isKind(definition, name string) bool {
	body, _ := c.definitions[definition].Value.(*ast.StructLit)
	if body == nil {
		return false
	}
	for _, d := range body.Elts {
		if f, ok := d.(*ast.Field); ok && labelOf(f) == "kind" && text(f.Value) == name {
			return true
		}
	}
	return false
}

// shape gives the shape of a definition, or nil.
func (c *catalog) shape(definition string) *shape {
	if s, ok := c.shapes[definition]; ok {
		return s
	}
	field, ok := c.definitions[definition]
	if !ok {
		return nil
	}
	s := &shape{name: definition, doc: docOf(field)}
	c.shapes[definition] = s // first, for a definition that holds itself
	c.describe(s, field.Value)
	return s
}

// kind gives the shape of a kind's config, or nil.
func (c *catalog) kind(name string) *shape { return c.shape(c.kinds[name]) }

// describe reads into s what a value may be.
func (c *catalog) describe(s *shape, value ast.Expr) {
	switch x := value.(type) {
	case *ast.StructLit:
		c.describeStruct(s, x)
	case *ast.ListLit:
		c.describeList(s, x)
	case *ast.ParenExpr:
		c.describe(s, x.X)
	case *ast.BinaryExpr:
		if x.Op == token.AND {
			c.describe(s, x.X)
			c.describe(s, x.Y)
		}
	case *ast.Ident:
		s.input = s.input || x.Name == "#Rows"
		if named := c.shape(x.Name); named != nil {
			s.fields, s.values, s.items = append(s.fields, named.fields...), named.values, named.items
		}
	}
}

func (c *catalog) describeStruct(s *shape, lit *ast.StructLit) {
	for _, d := range lit.Elts {
		switch d := d.(type) {
		case *ast.Ellipsis:
			s.open = true
		case *ast.EmbedDecl:
			c.describe(s, d.Expr)
		case *ast.Field:
			if _, pattern := d.Label.(*ast.ListLit); pattern {
				s.values = c.field(d)
			} else {
				s.add(c.field(d))
			}
		}
	}
}

func (c *catalog) describeList(s *shape, lit *ast.ListLit) {
	if len(lit.Elts) == 0 {
		return
	}
	last := lit.Elts[len(lit.Elts)-1]
	if e, ok := last.(*ast.Ellipsis); ok {
		last = e.Type
	}
	s.items = &shape{typ: last, input: s.input, file: s.file}
	c.describe(s.items, last)
}

// add puts a field after the others, or in the place of one with the same name that it refines.
func (s *shape) add(f *shape) {
	if i := slices.IndexFunc(s.fields, func(g *shape) bool { return g.name == f.name }); i >= 0 {
		s.fields = slices.Clone(s.fields)
		f.doc = cmp.Or(f.doc, s.fields[i].doc)
		s.fields[i] = f
		return
	}
	s.fields = append(s.fields, f)
}

// field reads one field of a struct with its attributes.
func (c *catalog) field(f *ast.Field) *shape {
	s := &shape{name: labelOf(f), doc: docOf(f), typ: f.Value, required: f.Constraint == token.NOT}
	for _, a := range f.Attrs {
		switch key, body := a.Split(); key {
		case "default":
			s.preset = body
		case "when", "only":
			s.when, s.optional = body, key == "only"
		case "input":
			s.input = true
		case "file":
			s.file = true
		case "key":
			s.unkeyed = body == "false"
		}
	}
	c.describe(s, f.Value)
	return s
}

// child gives the shape of a field, of an item of a list ("0") or nil.
func (s *shape) child(label string) *shape {
	if s == nil {
		return nil
	}
	if s.items != nil {
		return s.items
	}
	for _, f := range s.fields {
		if f.name == label {
			return f
		}
	}
	return s.values
}

// at gives the shape at a path below s, or nil.
func (s *shape) at(path []string) *shape {
	for _, label := range path {
		s = s.child(label)
	}
	return s
}

// names lists the fields that a user may write.
func (s *shape) names() []string {
	var names []string
	for _, f := range s.fields {
		if !slices.Contains([]string{"kind", "rows", "rejects"}, f.name) {
			names = append(names, f.name)
		}
	}
	return names
}

func labelOf(f *ast.Field) string {
	name, _, err := ast.LabelName(f.Label)
	if err != nil {
		return ""
	}
	return name
}

// text gives the value of a string literal, or "".
func text(e ast.Expr) string {
	lit, ok := e.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return ""
	}
	return strings.Trim(lit.Value, `"`)
}

// docOf gives the comment above a field or definition as one paragraph.
func docOf(f *ast.Field) string {
	var lines []string
	for _, g := range ast.Comments(f) {
		if g.Doc {
			lines = append(lines, strings.Fields(g.Text())...)
		}
	}
	return strings.Join(lines, " ")
}
