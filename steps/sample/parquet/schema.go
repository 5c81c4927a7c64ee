package parquet

import (
	"errors"
	"fmt"
	"strings"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/format"
)

// maxDepth is how deep a schema may be nested. Real ones have a handful of levels; levels are kept in bytes.
const maxDepth = 100

// element is a node of the schema as the file tells it.
type element struct {
	format.SchemaElement
	path     string
	children []*element
	leaf     *leaf // of a column
	rep, def int   // highest repetition and definition level
	first    int   // number of the first leaf at or below the node
	end      int   // one more than the last
}

func (e *element) is(r format.FieldRepetitionType) bool {
	return e.RepetitionType.Valid && e.RepetitionType.V == r
}

// readSchema returns the schema as a tree of JSON values, and its leaves in the order of the columns.
func readSchema(list []format.SchemaElement) (*value, []*leaf, error) {
	s := &schemaReader{rest: list}
	root, err := s.element("", 0, 0, 0)
	if err != nil {
		return nil, nil, damaged("schema: %w", err)
	}
	if len(s.rest) > 0 || len(root.children) == 0 {
		return nil, nil, damaged("schema: %d columns, %d elements left over", len(root.children), len(s.rest))
	}
	return content(root), s.leaves, nil
}

// schemaReader builds the tree from the list of its elements in depth-first order.
type schemaReader struct {
	rest   []format.SchemaElement
	leaves []*leaf
}

func (s *schemaReader) element(parent string, rep, def, depth int) (*element, error) {
	if len(s.rest) == 0 || depth > maxDepth {
		return nil, fmt.Errorf("%q is incomplete or nested deeper than %d", parent, maxDepth)
	}
	e := &element{SchemaElement: s.rest[0], first: len(s.leaves)}
	s.rest = s.rest[1:]
	if depth > 0 {
		e.path = strings.TrimPrefix(parent+"."+e.Name, ".")
		e.setLevels(rep, def)
	}
	if err := s.children(e, depth); err != nil {
		return nil, err
	}
	e.end = len(s.leaves)
	return e, nil
}

func (e *element) setLevels(rep, def int) {
	switch {
	case e.is(format.Repeated):
		rep, def = rep+1, def+1
	case e.is(format.Optional):
		def++
	}
	e.rep, e.def = rep, def
}

func (s *schemaReader) children(e *element, depth int) error {
	if e.Type.Valid {
		l, err := newLeaf(e)
		e.leaf, s.leaves = l, append(s.leaves, l)
		return err
	}
	names := map[string]bool{}
	for range e.NumChildren.V {
		child, err := s.element(e.path, e.rep, e.def, depth+1)
		if err != nil {
			return err
		}
		if names[child.Name] {
			return fmt.Errorf("two fields are called %q", child.path)
		}
		names[child.Name] = true
		e.children = append(e.children, child)
	}
	if len(e.children) == 0 {
		return errors.New("group " + e.path + " has no fields")
	}
	return nil
}

func (e *element) isList() bool {
	_, ok := e.LogicalType.Value.(*format.ListType)
	return ok || e.ConvertedType.Valid && e.ConvertedType.V == deprecated.List
}

func (e *element) isMap() bool {
	_, ok := e.LogicalType.Value.(*format.MapType)
	return ok || e.ConvertedType.Valid && (e.ConvertedType.V == deprecated.Map || e.ConvertedType.V == deprecated.MapKeyValue)
}
