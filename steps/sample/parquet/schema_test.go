package parquet

import (
	"testing"

	"github.com/parquet-go/parquet-go/deprecated"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// group and column make elements of a schema as they stand in a footer.
func group(name string, r format.FieldRepetitionType, children int32, annotation ...deprecated.ConvertedType) format.SchemaElement {
	e := format.SchemaElement{Name: name}
	e.RepetitionType = thrift.Null[format.FieldRepetitionType]{V: r, Valid: true}
	e.NumChildren = thrift.Null[int32]{V: children, Valid: true}
	for _, a := range annotation {
		e.ConvertedType = thrift.Null[deprecated.ConvertedType]{V: a, Valid: true}
	}
	return e
}

func column32(name string, r format.FieldRepetitionType) format.SchemaElement {
	e := group(name, r, 0)
	e.NumChildren.Valid = false
	e.Type = thrift.Null[format.Type]{V: format.Int32, Valid: true}
	return e
}

// The cases are those of the format's LogicalTypes.md, "Backward-compatibility rules" of lists and of maps.
func TestListsAndMapsOfOldWriters(t *testing.T) {
	const opt, rep, req = format.Optional, format.Repeated, format.Required
	list := group("l", opt, 1, deprecated.List)
	for _, c := range []struct {
		want     string
		elements []format.SchemaElement
	}{
		{"list<int32>", []format.SchemaElement{list, group("list", rep, 1), column32("element", opt)}},
		{"list<int32>", []format.SchemaElement{list, group("bag", rep, 1), column32("array_element", opt)}},
		{"list<int32>", []format.SchemaElement{list, column32("array", rep)}},
		{"list<struct<a: int32, b: int32>>", []format.SchemaElement{list, group("element", rep, 2), column32("a", req), column32("b", req)}},
		{"list<struct<a: int32>>", []format.SchemaElement{list, group("array", rep, 1), column32("a", req)}},
		{"list<struct<a: int32>>", []format.SchemaElement{list, group("l_tuple", rep, 1), column32("a", req)}},
		{"list<struct<a: list<int32>>>", []format.SchemaElement{list, group("element", rep, 1), column32("a", rep)}},
		{"list<list<int32>>", []format.SchemaElement{list, group("list", rep, 1, deprecated.List), column32("array", rep)}},
		{"list<int32>", []format.SchemaElement{column32("l", rep)}},
		{"struct<list: list<struct<a: int32>>>", []format.SchemaElement{group("l", opt, 1), group("list", rep, 1), column32("a", opt)}},
		{"map<int32, int32>", []format.SchemaElement{group("l", opt, 1, deprecated.MapKeyValue), group("map", rep, 2), column32("key", req), column32("value", opt)}},
		{"map<int32>", []format.SchemaElement{group("l", opt, 1, deprecated.Map), group("map", rep, 1), column32("key", req)}},
	} {
		root, _, err := readSchema(append([]format.SchemaElement{group("root", req, 1)}, c.elements...))
		if err != nil {
			t.Errorf("want %s, got error %v", c.want, err)
		} else if got := root.fields[0].String(); got != c.want {
			t.Errorf("got %s, want %s", got, c.want)
		}
	}
}

func TestSchemasThatCannotBe(t *testing.T) {
	const req = format.Required
	for text, elements := range map[string][]format.SchemaElement{
		"nothing":          {},
		"root alone":       {group("root", req, 1)},
		"too many":         {group("root", req, 1), column32("a", req), column32("b", req)},
		"empty group":      {group("root", req, 1), group("a", req, 0)},
		"twice":            {group("root", req, 2), column32("a", req), column32("a", req)},
		"negative":         {group("root", req, -1)},
		"leaf as the root": {column32("root", req)},
	} {
		if _, _, err := readSchema(elements); err == nil {
			t.Errorf("%s: no error", text)
		}
	}
}
