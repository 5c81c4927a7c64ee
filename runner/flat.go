package runner

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sftrun.local/steps"
)

// flat is a config by leaf: "tokens.max" → 16384. Lists are leaves, and so are empty objects.
type flat map[string]json.RawMessage

func flatten(config json.RawMessage) (flat, error) {
	f := flat{}
	err := f.add("", config)
	return f, err
}

func (f flat) add(path string, value json.RawMessage) error {
	var object map[string]json.RawMessage
	if bytes.HasPrefix(value, []byte("{")) {
		if err := json.Unmarshal(value, &object); err != nil {
			return err
		}
	}
	if len(object) == 0 {
		if path == "" {
			return nil
		}
		leaf, err := canonical(value)
		f[path] = leaf
		return err
	}
	for name, v := range object {
		if err := f.add(join(path, name), v); err != nil {
			return err
		}
	}
	return nil
}

func join(path, name string) string {
	// A name that is no identifier is quoted, as in CUE, so that a path has one meaning.
	if steps.FieldPath("", name) != name {
		name = string(encodePlain(name))
	}
	if path == "" {
		return name
	}
	return path + "." + name
}

// set replaces the leaf or object at a path.
func (f flat) set(path string, value json.RawMessage) {
	for p := range f {
		if strings.HasPrefix(p, path+".") {
			delete(f, p)
		}
	}
	if value == nil {
		delete(f, path)
		return
	}
	f[path] = value
}

// config puts the leaves together again, canonical.
func (f flat) config() json.RawMessage {
	root := map[string]any{}
	for path, value := range f {
		object := root
		parts := splitPath(path)
		for _, name := range parts[:len(parts)-1] {
			next, ok := object[name].(map[string]any)
			if !ok {
				next = map[string]any{}
				object[name] = next
			}
			object = next
		}
		object[parts[len(parts)-1]] = value
	}
	text, err := canonical(encodePlain(root))
	if err != nil {
		panic(err) // leaves are JSON
	}
	return text
}

// splitPath is the inverse of join.
func splitPath(path string) []string {
	var parts []string
	for path != "" {
		if !strings.HasPrefix(path, `"`) {
			name, rest, _ := strings.Cut(path, ".")
			parts, path = append(parts, name), rest
			continue
		}
		var name string
		dec := json.NewDecoder(strings.NewReader(path))
		if err := dec.Decode(&name); err != nil {
			return append(parts, path)
		}
		parts = append(parts, name)
		path = strings.TrimPrefix(path[dec.InputOffset():], ".")
	}
	return parts
}

// changed lists the paths at which two configs differ, in order.
func changed(a, b flat) []string {
	var paths []string
	for p, v := range a {
		if !bytes.Equal(v, b[p]) {
			paths = append(paths, p)
		}
	}
	for p := range b {
		if _, ok := a[p]; !ok {
			paths = append(paths, p)
		}
	}
	return slices.Sorted(slices.Values(paths))
}

// clone returns a copy to change.
func (f flat) clone() flat { return maps.Clone(f) }
