package schema

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"

	"cuelang.org/go/cue"
)

// A checker turns an evaluated value into a Pipeline and everything wrong with it into errors.
type checker struct {
	folder      *folder
	catalog     *catalog
	places      *places
	tags        map[string]string // of the command line
	known       []string          // names of the steps
	definitions cue.Value         // the package of definitions
	errors      Errors
}

// pipeline checks what CUE cannot and fills in the defaults.
func (c *checker) pipeline(v cue.Value) (*Pipeline, error) {
	data, err := v.MarshalJSON()
	if err != nil {
		return nil, c.translate(err)
	}
	decoded, err := decode(data)
	if err != nil {
		return nil, err
	}
	root, _ := decoded.(map[string]any)
	if !c.checkTop(root) {
		return nil, c.sorted()
	}
	p := &Pipeline{Name: root["name"].(string), places: c.places}
	c.known = stepNames(v)
	fill := &filler{seed: "0"}
	if err := fill.missing(root, c.catalog.shape("#Pipeline")); err != nil {
		return nil, err
	}
	fill.seed = root["seed"].(json.Number)
	if p.Seed, err = fill.seed.Int64(); err != nil {
		return nil, err
	}
	if err := p.settings(root); err != nil {
		return nil, err
	}
	if err := c.steps(p, v, root, fill); err != nil {
		return nil, err
	}
	c.checkGraph(p)
	c.checkPublished(p)
	if len(c.errors) > 0 {
		return nil, c.sorted()
	}
	p.Value = valueOf(p)
	sum := sha256.Sum256(p.Value)
	p.Digest = hex.EncodeToString(sum[:])
	return p, nil
}

// settings takes over limits and models.
func (p *Pipeline) settings(root map[string]any) error {
	if limits, ok := root["limits"]; ok {
		if err := json.Unmarshal(encode(limits), &p.Limits); err != nil {
			return err
		}
	}
	models, _ := root["models"].(map[string]any)
	p.Models = map[string]json.RawMessage{}
	for name, m := range models {
		p.Models[name] = encode(m)
	}
	return nil
}

// stepNames gives the steps in the order of the files.
func stepNames(v cue.Value) []string {
	var names []string
	it, err := v.LookupPath(cue.ParsePath("steps")).Fields()
	for err == nil && it.Next() {
		names = append(names, it.Selector().Unquoted())
	}
	return names
}

// steps makes the steps.
func (c *checker) steps(p *Pipeline, v cue.Value, root map[string]any, fill *filler) error {
	all := root["steps"].(map[string]any)
	for _, name := range c.known {
		fields, ok := all[name].(map[string]any)
		if !ok || !c.checkStep(name, fields, v.LookupPath(cue.MakePath(cue.Str("steps"), cue.Str(name)))) {
			continue
		}
		s, err := c.step(name, fields, fill)
		if err != nil {
			return err
		}
		p.Steps = append(p.Steps, *s)
	}
	return nil
}

// valueOf is what a pipeline means: everything in it but the order of the steps, as canonical JSON.
func valueOf(p *Pipeline) json.RawMessage {
	steps := map[string]any{}
	for _, s := range p.Steps {
		inputs := map[string]string{}
		for _, in := range s.Inputs {
			inputs[in.Field] = in.Step + "." + in.Stream
		}
		steps[s.Name] = map[string]any{"kind": s.Kind, "config": s.Config, "inputs": inputs, "publish": s.Publish}
	}
	return encode(map[string]any{
		"name": p.Name, "seed": p.Seed, "limits": p.Limits, "models": p.Models, "steps": steps,
	})
}

// Position tells where the value at a path is written: of several places the one that decides (the variant's before
// the pipeline's); for a seed taken from the pipeline, the pipeline's seed; for a value that is a default, the place of
// the nearest written value that encloses it. It is false only for a path with no such place, and for a Pipeline that
// [Load] did not make. Paths are those of [Error]: "steps.filter.tokens.max", "steps.stratify.by[0].field". It must not be
// called from several goroutines at once.
func (p *Pipeline) Position(path string) (Position, bool) {
	if p.places == nil {
		return Position{}, false
	}
	return p.places.position(split(path))
}
