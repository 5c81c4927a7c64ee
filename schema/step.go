package schema

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// step makes a step of its evaluated fields.
func (c *checker) step(name string, fields map[string]any, fill *filler) (*Step, error) {
	kind := fields["kind"].(string)
	shape := c.catalog.kind(kind)
	if err := fill.missing(fields, shape); err != nil {
		return nil, fmt.Errorf("kind %s: %w", kind, err)
	}
	s := &Step{Name: name, Kind: kind}
	s.Publish, _ = fields["publish"].(string)
	for _, field := range common {
		delete(fields, field)
	}
	t := &taker{checker: c, step: s}
	config := t.take(fields, shape, nil)
	s.Config = encode(config)
	slices.Sort(s.Unkeyed)
	return s, nil
}

// A taker goes through a config, takes its inputs out and notes its files and the fields outside the key.
type taker struct {
	checker *checker
	step    *Step
}

// take gives v without inputs. A struct or list that held nothing else goes with them.
func (t *taker) take(v any, s *shape, path []string) any {
	if s == nil {
		return v
	}
	switch x := v.(type) {
	case string:
		return t.leaf(x, s, path)
	case map[string]any:
		t.note(s, path)
		return t.takeFields(x, s, path)
	case []any:
		t.note(s, path)
		return t.takeItems(x, s, path)
	}
	t.note(s, path)
	return v
}

// note remembers a field that cannot change any result.
func (t *taker) note(s *shape, path []string) {
	if s.unkeyed {
		t.step.Unkeyed = append(t.step.Unkeyed, join(path))
	}
}

// leaf handles a string. A handle gives taken, which the caller leaves out.
func (t *taker) leaf(x string, s *shape, path []string) any {
	t.note(s, path)
	switch {
	case s.input:
		t.input(x, path)
		return taken{}
	case s.file:
		t.step.Files = append(t.step.Files, FileField{Field: join(path), Path: x})
	}
	return x
}

// taken stands for a value that was taken out of the config.
type taken struct{}

func (t *taker) takeFields(fields map[string]any, s *shape, path []string) any {
	before := len(fields)
	for _, name := range sortedKeys(fields) {
		v := t.take(fields[name], s.child(name), append(slices.Clip(path), name))
		if fields[name] = v; v == (taken{}) {
			delete(fields, name)
		}
	}
	if len(path) > 0 && before > 0 && len(fields) == 0 {
		return taken{}
	}
	return fields
}

func (t *taker) takeItems(items []any, s *shape, path []string) any {
	kept := []any{}
	for i, x := range items {
		v := t.take(x, s.items, append(slices.Clip(path), strconv.Itoa(i)))
		if _, gone := v.(taken); !gone {
			kept = append(kept, v)
		}
	}
	if len(items) > 0 && len(kept) == 0 {
		return taken{}
	}
	return kept
}

// input connects a field to the stream that its handle names.
func (t *taker) input(handle string, path []string) {
	step, stream, _ := strings.Cut(handle, ".")
	full := append([]string{"steps", t.step.Name}, path...)
	switch {
	case !slices.Contains(t.checker.known, step):
		t.checker.report(full, t.checker.noStep(step, stream))
	case stream != "rows" && stream != "rejects":
		t.checker.report(full, noStream(step, stream))
	default:
		t.step.Inputs = append(t.step.Inputs, Input{Field: join(path), Step: step, Stream: stream})
	}
}

func noStream(step, stream string) string {
	return fmt.Sprintf("a step has no stream %q; it has %s.rows and %s.rejects", stream, step, step)
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
