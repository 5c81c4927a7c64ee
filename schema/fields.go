package schema

import (
	"errors"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/format"
	"cuelang.org/go/cue/token"
)

// A Doc is the documentation of a kind, taken from the comments and attributes of its definition.
type Doc struct {
	Kind       string
	Definition string // as a pipeline names it: "sft.#Filter"
	Summary    string
	Fields     []Field // as written, a struct before its fields
}

// A Field is the documentation of one field.
type Field struct {
	Path     string // within the step: "tokens.max"; "by[].field" for items of a list, "shares.*.quota" for fields of any name
	Type     string // in words: "whole number", "list", "rows of a step"
	Range    string // in words: "above 0", "any, one"; "" = any
	Default  string // a CUE literal, or "the pipeline's seed"; "" = none
	Doc      string
	Required bool
	Input    bool // a handle of another step
	File     bool // a path of a file whose content counts
	Unkeyed  bool // changing it never reruns anything
}

// Fields gives the documentation of a kind, or, for the name "", that of the pipeline itself. An error is a kind that
// does not exist or a mistake in a kind's source.
func Fields(kinds []Definition, kind string) (Doc, error) {
	c, err := newCatalog(kinds)
	if err != nil {
		return Doc{}, err
	}
	definition := c.kinds[kind]
	if kind == "" {
		definition = "#Pipeline"
	}
	s := c.shape(definition)
	if s == nil {
		return Doc{}, errors.New((&checker{catalog: c}).noKind(kind))
	}
	d := Doc{Kind: kind, Definition: "sft." + definition, Summary: s.doc}
	d.add(s, "")
	return d, nil
}

// add documents the fields below a shape.
func (d *Doc) add(s *shape, path string) {
	for _, f := range s.fields {
		switch f.name {
		case "kind", "rows", "rejects":
			continue
		}
		d.addOne(f, strings.TrimPrefix(path+"."+f.name, "."))
	}
	if s.values != nil {
		d.addOne(s.values, strings.TrimPrefix(path+".*", "."))
	}
	if s.items != nil {
		d.add(s.items, path+"[]")
	}
}

func (d *Doc) addOne(s *shape, path string) {
	f := Field{Path: path, Doc: s.doc, Required: s.required, Input: s.input, File: s.file, Unkeyed: s.unkeyed, Default: s.preset}
	if s.preset == seedOfPipeline {
		f.Default = "the pipeline's seed"
	}
	f.Type, f.Range = inWords(s.typ)
	d.Fields = append(d.Fields, f)
	d.add(s, path)
}

// inWords says a type and its bounds.
func inWords(e ast.Expr) (typ, bounds string) {
	switch x := e.(type) {
	case *ast.StructLit:
		return "struct", ""
	case *ast.ListLit:
		return "list", ""
	case *ast.ParenExpr:
		return inWords(x.X)
	case *ast.Ident:
		return namedType(x.Name), ""
	case *ast.UnaryExpr:
		return boundInWords(x)
	case *ast.BinaryExpr:
		return combined(x)
	}
	return written(e), ""
}

// wholeNumber is the type of a field that holds one.
const wholeNumber = "whole number"

func namedType(name string) string {
	switch name {
	case "string":
		return "text"
	case "int", "int64":
		return wholeNumber
	case "bool":
		return "true or false"
	case "#Rows":
		return "rows of a step"
	}
	return strings.ToLower(strings.TrimPrefix(name, "#"))
}

// boundInWords says `>=0` or a pattern; a pattern of words is a choice between them.
func boundInWords(x *ast.UnaryExpr) (typ, bounds string) {
	source := written(x)
	if choice := words.FindStringSubmatch(source); choice != nil {
		return "word", strings.ReplaceAll(choice[1], "|", ", ")
	}
	if x.Op == token.MAT || x.Op == token.NEQ {
		return "text", boundWords(source)
	}
	return "number", boundWords(source)
}

// combined says `int & >0` and `string | [...]`.
func combined(x *ast.BinaryExpr) (typ, bounds string) {
	left, leftBounds := inWords(x.X)
	right, rightBounds := inWords(x.Y)
	if x.Op == token.OR {
		return left + " or " + right, ""
	}
	if leftBounds != "" && rightBounds != "" {
		return left, leftBounds + ", " + rightBounds
	}
	return left, leftBounds + rightBounds
}

// written is the source of an expression, on one line.
func written(e ast.Expr) string {
	b, err := format.Node(e)
	if err != nil {
		return ""
	}
	return strings.Join(strings.Fields(string(b)), " ")
}
