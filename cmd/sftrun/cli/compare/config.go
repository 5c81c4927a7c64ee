// Package compare tells what is different between two pipelines and between two datasets. It computes, and neither
// reads nor prints.
package compare

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"sftrun.local/steps"
)

// A Change is a value that differs between two pipelines. A or B is nil where it is not set.
type Change struct {
	Path string          `json:"path"` // as CUE has it: "steps.filter.tokens.max"
	A    json.RawMessage `json:"a,omitempty"`
	B    json.RawMessage `json:"b,omitempty"`
}

// A Step is what the evaluated pipeline says of one step.
type Step struct {
	Kind    string            `json:"kind"`
	Config  json.RawMessage   `json:"config"`
	Inputs  map[string]string `json:"inputs"` // by field: "filter.rows"
	Publish *string           `json:"publish,omitempty"`
}

// A Pipeline is an evaluated pipeline (schema.Pipeline.Value), or as much of it as is known.
type Pipeline struct {
	Name   *string                    `json:"name,omitempty"`
	Seed   json.RawMessage            `json:"seed,omitempty"`
	Limits json.RawMessage            `json:"limits,omitempty"`
	Models map[string]json.RawMessage `json:"models,omitempty"`
	Steps  map[string]Step            `json:"steps"`
}

// Changes lists what differs between two pipelines, in the order of the paths, those of the steps last. Steps that
// only one of them has are left out. What the pipeline says once and steps take over (a setting of a model, the seed)
// is listed once, where the pipeline says it.
func Changes(a, b Pipeline) []Change {
	whole := changed(a.top(), b.top())
	var within []Change
	for _, name := range slices.Sorted(maps.Keys(a.Steps)) {
		other, ok := b.Steps[name]
		if !ok {
			continue
		}
		for _, c := range changed(a.Steps[name].leaves(name), other.leaves(name)) {
			if !slices.ContainsFunc(whole, c.takenFrom) {
				within = append(within, c)
			}
		}
	}
	return append(whole, within...)
}

// takenFrom tells whether a change of a step's value is that of a value that the pipeline says for all steps.
func (c Change) takenFrom(top Change) bool {
	name := top.Path[strings.LastIndex(top.Path, ".")+1:]
	return strings.HasSuffix(c.Path, "."+name) && bytes.Equal(c.A, top.A) && bytes.Equal(c.B, top.B)
}

// leaves are values by path. Lists are leaves, and so are empty objects.
type leaves map[string]json.RawMessage

func (p Pipeline) top() leaves {
	l := leaves{}
	if p.Name != nil {
		l["name"] = encode(*p.Name)
	}
	if p.Seed != nil {
		l["seed"] = p.Seed
	}
	l.add("limits", p.Limits)
	for name, m := range p.Models {
		l.add(steps.FieldPath("models", name), m)
	}
	return l
}

func (s Step) leaves(name string) leaves {
	path := steps.FieldPath("steps", name)
	l := leaves{path + ".kind": encode(s.Kind)}
	if s.Publish != nil {
		l[path+".publish"] = encode(*s.Publish)
	}
	for field, from := range s.Inputs {
		l[path+"."+field] = json.RawMessage(from) // a handle, which CUE has without quotes
	}
	l.add(path, s.Config)
	return l
}

func (l leaves) add(path string, value json.RawMessage) {
	var object map[string]json.RawMessage
	if bytes.HasPrefix(value, []byte("{")) && json.Unmarshal(value, &object) == nil && len(object) > 0 {
		for name, v := range object {
			l.add(steps.FieldPath(path, name), v)
		}
	} else if len(value) > 0 && string(value) != "{}" {
		l[path] = value
	}
}

func changed(a, b leaves) []Change {
	var all []Change
	for path, v := range a {
		if !bytes.Equal(v, b[path]) {
			all = append(all, Change{Path: path, A: v, B: b[path]})
		}
	}
	for path, v := range b {
		if _, ok := a[path]; !ok {
			all = append(all, Change{Path: path, B: v})
		}
	}
	slices.SortFunc(all, func(x, y Change) int { return strings.Compare(x.Path, y.Path) })
	return all
}

// Only lists the names that one map has and the other has not, sorted.
func Only[V, W any](has map[string]V, not map[string]W) []string {
	var names []string
	for name := range has {
		if _, ok := not[name]; !ok {
			names = append(names, name)
		}
	}
	slices.Sort(names)
	return names
}

func encode(text string) json.RawMessage {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(text); err != nil {
		panic(err) // a string can be encoded
	}
	return bytes.TrimSpace(b.Bytes())
}
