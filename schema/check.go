package schema

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue"
	"cuelang.org/go/cue/build"
	"cuelang.org/go/cue/errors"
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
	top := c.catalog.shape("#Pipeline")
	for name := range root {
		if top.child(name) == nil {
			c.noField([]string{name})
		}
	}
	return len(c.errors) == 0
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
		return c.places.kindByDefinition(name) != "" || c.checkDefinition(path, definition, v)
	}
	return false
}

// checkDefinition checks a step that has its kind by word, or in a way that the files do not show.
func (c *checker) checkDefinition(path []string, definition string, v cue.Value) bool {
	before := len(c.errors)
	both := c.definitions.LookupPath(cue.MakePath(cue.Def(definition))).Unify(v)
	for _, e := range errors.Errors(both.Validate(cue.Concrete(true))) {
		c.translateOne(e, path...)
	}
	return len(c.errors) == before
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
