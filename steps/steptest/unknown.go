package steptest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
)

// refusesUnknownField tries a field that no kind has in each object of the config, however deep it lies. Its value fits
// nothing, so that an object in which names are free, such as one of strata, refuses it too.
func refusesUnknownField(kind steps.Kind, c Case, _ Dataset) error {
	w, err := newWorld(kind, c)
	if err != nil {
		return err
	}
	dec := json.NewDecoder(bytes.NewReader(w.config))
	dec.UseNumber()
	var config map[string]any
	if err := dec.Decode(&config); err != nil {
		return err
	}
	for _, o := range objects("", config) {
		o.fields[noSuchField] = [][]bool{{true}}
		_, err := kind.New(steps.Encode(config))
		delete(o.fields, noSuchField)
		if err == nil {
			return fmt.Errorf("%q was accepted", steps.FieldPath(o.path, noSuchField))
		}
	}
	return nil
}

const noSuchField = "noSuchField"

// An object is one of a config, with its path.
type object struct {
	path   string
	fields map[string]any
}

// objects lists all objects of a value that stands at a path.
func objects(path string, value any) []object {
	var found []object
	switch value := value.(type) {
	case map[string]any:
		found = append(found, object{path, value})
		for _, name := range slices.Sorted(maps.Keys(value)) {
			found = append(found, objects(steps.FieldPath(path, name), value[name])...)
		}
	case []any:
		for i, element := range value {
			found = append(found, objects(fmt.Sprintf("%s[%d]", path, i), element)...)
		}
	}
	return found
}
