package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
)

// outside is the text for what is no pipeline.
const outside = "the fields of a pipeline must stand within: sft.#Pipeline & {…}"

// checkTop says whether the value is a pipeline: it has what every pipeline has, and nothing else, however the user
// brought in the definition.
func (c *checker) checkTop(root map[string]any) bool {
	_, hasName := root["name"].(string)
	_, hasSteps := root["steps"].(map[string]any)
	_, hasSeed := root["seed"].(json.Number)
	if !hasName || !hasSteps || !hasSeed && root["seed"] != nil || !c.places.mention("#Pipeline") {
		c.add(mistake(pipelineFile, outside))
		return false
	}
	s := c.catalog.shape("#Pipeline")
	c.checkNames(root, s, nil)
	for _, name := range sortedKeys(root) {
		if name != "steps" { // of which each kind knows more
			c.checkValues(root[name], s.child(name), []string{name})
		}
	}
	return len(c.errors) == 0
}

// checkNames reports fields that a shape does not have. CUE does so itself, unless a definition is embedded and not
// unified: then it lets fields pass that no one reads, such as a limit with its name misspelt.
func (c *checker) checkNames(v any, s *shape, path []string) {
	if s == nil {
		return
	}
	switch v := v.(type) {
	case map[string]any:
		for _, name := range sortedKeys(v) {
			below := append(slices.Clip(path), name)
			if len(s.fields) > 0 && !s.open && s.child(name) == nil {
				c.noField(below)
				continue
			}
			c.checkNames(v[name], s.child(name), below)
		}
	case []any:
		for i, x := range v {
			c.checkNames(x, s.items, append(slices.Clip(path), strconv.Itoa(i)))
		}
	}
}

// checkStep says whether a step can be made: it has a proper name, a known kind, and that kind's definition.
func (c *checker) checkStep(name string, fields map[string]any, v cue.Value) bool {
	path := []string{"steps", name}
	kind, _ := fields["kind"].(string)
	definition, known := c.catalog.kinds[kind]
	switch {
	case !safeName.MatchString(name):
		c.reportLabel(path, "not a name for a step; "+safeNameRule)
	case !known:
		c.report(append(path, "kind"), c.noKind(kind))
	default:
		before := len(c.errors)
		c.checkNames(fields, c.catalog.kind(kind), path)
		c.checkValues(fields, c.catalog.kind(kind), path)
		if c.places.kindByDefinition(name) == "" {
			c.checkDefinition(path, definition, v)
		}
		return len(c.errors) == before
	}
	return false
}

// checkDefinition checks a step that has its kind by word, or in a way that the files do not show.
func (c *checker) checkDefinition(path []string, definition string, v cue.Value) {
	both := c.definitions.LookupPath(cue.MakePath(cue.Def(definition))).Unify(v)
	c.translateAll(both.Validate(cue.Concrete(true)), path...)
}

// definitions evaluates the package of definitions that a pipeline imports.
func definitions(ctx *cue.Context, instance *build.Instance) cue.Value {
	for _, i := range instance.Dependencies() {
		if strings.HasPrefix(i.ImportPath, ImportPath) {
			return ctx.BuildInstance(i)
		}
	}
	return cue.Value{}
}

// noKind is the text for a kind that does not exist.
func (c *checker) noKind(kind string) string {
	names := c.kindNames()
	return fmt.Sprintf("no kind %q%s  Kinds: %s (sftrun kinds)", kind, orEnd(meant(kind, names), ";"), strings.Join(names, ", "))
}

func (c *checker) kindNames() []string {
	var names []string
	for name := range c.catalog.kinds {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

func orEnd(clause, end string) string {
	if clause == "" {
		return end
	}
	return clause
}
