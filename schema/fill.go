package schema

import (
	"encoding/json"
	"fmt"

	"cuelang.org/go/cue/cuecontext"
)

// A filler puts defaults where a value has none.
type filler struct {
	seed json.Number // of the pipeline
}

// missing fills in all defaults below v, in place.
func (f *filler) missing(v any, s *shape) error {
	if s == nil {
		return nil
	}
	switch v := v.(type) {
	case map[string]any:
		for _, field := range s.fields {
			if err := f.field(v, field); err != nil {
				return err
			}
		}
		for name, x := range v {
			if err := f.missing(x, s.child(name)); err != nil {
				return err
			}
		}
	case []any:
		for _, x := range v {
			if err := f.missing(x, s.items); err != nil {
				return err
			}
		}
	}
	return nil
}

// field fills in one field of a struct that is absent: its default, or a struct of the defaults below it.
func (f *filler) field(parent map[string]any, s *shape) error {
	if _, set := parent[s.name]; set {
		return nil
	}
	switch {
	case s.preset == seedOfPipeline:
		parent[s.name] = f.seed
	case s.preset != "":
		v, err := literal(s.preset)
		if err != nil {
			return fmt.Errorf("%s: @default(%s): %w", s.name, s.preset, err)
		}
		parent[s.name] = v
	case s.hasDefaults():
		parent[s.name] = map[string]any{}
	}
	return nil
}

// hasDefaults says whether an absent struct is one whose fields have defaults, and none must be given.
func (s *shape) hasDefaults() bool {
	found := false
	for _, f := range s.fields {
		if f.required {
			return false
		}
		found = found || f.preset != "" || f.hasDefaults()
	}
	return found && s.items == nil
}

// literal reads what stands in @default(…): a CUE literal.
func literal(source string) (any, error) {
	if v, err := decode([]byte(source)); err == nil {
		return v, nil
	}
	data, err := cuecontext.New().CompileString(source).MarshalJSON()
	if err != nil {
		return nil, err
	}
	return decode(data)
}
