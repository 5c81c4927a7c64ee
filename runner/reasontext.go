package runner

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"sftrun.local/schema"
	"sftrun.local/steps"
)

// reason tells of a changed value, under the shortest path by which the user wrote it.
func (q inquiry) reason(field string, old, new json.RawMessage) Reason {
	r := Reason{}
	r.Old, r.New = short(old, new)
	r.Path, r.Pos = q.runner.origin(q.stage.node.spec.Name, field)
	r.At = r.Pos.String()
	r.Text = changeText(r.Path, r.Old, r.New)
	return r
}

// changeText says that a value has changed; "" is none.
func changeText(path, old, new string) string {
	switch {
	case old == "":
		return fmt.Sprintf("%s: now %s", path, new)
	case new == "":
		return fmt.Sprintf("%s: was %s, now not set", path, old)
	}
	return fmt.Sprintf("%s: %s → %s", path, old, new)
}

// origin returns where the user wrote the value of a step's field, and the path that it has there: a model's setting
// stands under `models:`, a seed mostly at the top.
func (r *Runner) origin(step, field string) (string, schema.Position) {
	path := steps.FieldPath("steps", step) + "." + field
	pos, ok := r.position(path)
	if !ok || !r.writtenAt(pos, path, field) {
		return path, pos
	}
	return pos.Path, pos
}

// writtenAt tells whether the place is that of the value, and not that of what encloses a value left to its default.
func (r *Runner) writtenAt(pos schema.Position, path, field string) bool {
	if pos.Path == "" || pos.Path == path {
		return false
	}
	name := field[strings.LastIndex(field, ".")+1:]
	return pos.Path == name || strings.HasSuffix(pos.Path, "."+name)
}

func text(s string) json.RawMessage { return encodePlain(s) }

// short cuts two values to what fits on a line, and shows of long ones where they begin to differ.
func short(a, b json.RawMessage) (string, string) {
	a, b = bytes.TrimSpace(a), bytes.TrimSpace(b)
	same := 0
	for same < min(len(a), len(b)) && a[same] == b[same] {
		same++
	}
	const before = 20 // bytes shown of what is the same
	from := 0
	if same < max(len(a), len(b)) && same > longest-before {
		from = same - before
	}
	return cut(a, from), cut(b, from)
}

// longest is the number of bytes of a value that are shown.
const longest = 60

// cut shows a value from a place on.
func cut(v []byte, from int) string {
	mark := ""
	if from > 0 {
		mark = "…"
	}
	v = v[min(from, len(v)):]
	if len(v) <= longest {
		return mark + strings.ToValidUTF8(string(v), "")
	}
	return mark + strings.ToValidUTF8(string(v[:longest]), "") + "…"
}
