package parquet

import (
	"strings"

	"github.com/parquet-go/parquet-go/format"

	"sftrun.local/steps/jsonl"
)

type shape int

const (
	leafShape shape = iota
	groupShape
	listShape
	mapShape
)

// value is a node of the schema as JSON sees it.
type value struct {
	shape    shape
	name     string
	key      []byte // name as a JSON string, and a colon
	nullable bool
	def      int // definition level from which a nullable value is not null
	first    int // leaves at or below are first to end-1
	end      int

	leaf   *leaf    // of a leaf
	fields []*value // of a group; of a map: key and value; of a list: its element

	itemRep, itemDef int // levels of an element of a list or of an entry of a map
}

// fieldOf turns a field of a group into a value. A repeated field is a list of its own.
func fieldOf(e *element) *value {
	if !e.is(format.Repeated) {
		return content(e)
	}
	return &value{shape: listShape, name: e.Name, key: keyOf(e), first: e.first, end: e.end,
		fields: []*value{content(e)}, itemRep: e.rep, itemDef: e.def}
}

// content turns a node into a value, apart from its being repeated.
func content(e *element) *value {
	v := &value{name: e.Name, key: keyOf(e), first: e.first, end: e.end, nullable: e.is(format.Optional), def: e.def}
	switch {
	case e.leaf != nil:
		v.shape, v.leaf = leafShape, e.leaf
	case e.isList() && hasItems(e):
		v.become(listShape, e.children[0])
		v.fields = []*value{itemOf(e)}
	case e.isMap() && hasItems(e) && len(e.children[0].children) > 0 && len(e.children[0].children) <= 2:
		v.become(mapShape, e.children[0])
		v.fields = fieldsOf(e.children[0])
	default:
		v.shape = groupShape
		v.fields = fieldsOf(e)
	}
	return v
}

func (v *value) become(s shape, items *element) {
	v.shape, v.itemRep, v.itemDef = s, items.rep, items.def
}

func fieldsOf(e *element) []*value {
	fields := make([]*value, len(e.children))
	for i, c := range e.children {
		fields[i] = fieldOf(c)
	}
	return fields
}

func hasItems(e *element) bool { return len(e.children) == 1 && e.children[0].is(format.Repeated) }

// itemOf finds the element of a list: below the repeated group, or the repeated node itself in lists of two levels, by
// the rules for old files in the format's LogicalTypes.md, "Lists".
func itemOf(e *element) *value {
	items := e.children[0]
	two := len(items.children) != 1 || items.children[0].is(format.Repeated) || items.isList() || items.isMap() ||
		items.Name == "array" || items.Name == e.Name+"_tuple"
	if two {
		return content(items)
	}
	return fieldOf(items.children[0])
}

func keyOf(e *element) []byte { return append(jsonl.AppendString(nil, e.Name), ':') }

// String describes the value's type in the way of Arrow and pandas: list<struct<role: string, content: string>>.
func (v *value) String() string {
	switch v.shape {
	case leafShape:
		return v.leaf.kind
	case listShape:
		return "list<" + v.fields[0].String() + ">"
	case mapShape:
		return "map<" + v.list(false) + ">"
	default:
		return "struct<" + v.list(true) + ">"
	}
}

func (v *value) list(names bool) string {
	texts := make([]string, len(v.fields))
	for i, f := range v.fields {
		texts[i] = f.String()
		if names {
			texts[i] = f.name + ": " + texts[i]
		}
	}
	return strings.Join(texts, ", ")
}
