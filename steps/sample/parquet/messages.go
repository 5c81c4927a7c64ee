package parquet

import "fmt"

// RequireMessages reports, as an error that shows the schema, if the file has no column "messages" that is a list of
// groups with the strings role and content.
func (f *File) RequireMessages() error {
	if m := f.root.field("messages"); m != nil && m.shape == listShape {
		item := m.fields[0]
		if item.field("role").isString() && item.field("content").isString() {
			return nil
		}
	}
	return fmt.Errorf("%s: the Parquet file needs a column messages: list<struct<role: string, content: string>>, "+
		"it has %s; rename or convert the column", f.name, f.root.list(true))
}

func (v *value) field(name string) *value {
	if v.shape != groupShape {
		return nil
	}
	for _, f := range v.fields {
		if f.name == name {
			return f
		}
	}
	return nil
}

func (v *value) isString() bool { return v != nil && v.shape == leafShape && v.leaf.kind == "string" }
