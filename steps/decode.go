package steps

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
)

// Decode reads the config of a step into the struct that v points to. A value that does not fit its field, such as a
// number too large, is a *FieldError. A field that the struct does not have, at whatever depth, is an error too: Go
// code and CUE definition of the kind have come apart. Both hold unless a type has an UnmarshalJSON of its own.
func Decode(config []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(config))
	dec.DisallowUnknownFields()
	err := dec.Decode(v)
	var misfit *json.UnmarshalTypeError
	if errors.As(err, &misfit) {
		if path := pathAt(config, misfit.Offset); path != "" {
			return Mistake(path, "%s does not fit; want %s", misfit.Value, typeWords(misfit.Type))
		}
	}
	if err != nil {
		return fmt.Errorf("read the config: %w", err)
	}
	return nil
}

// pathAt returns the path of the value at whose end, or at whose opening bracket, so many bytes of the config are read.
// The error of package json has no indexes and no names of maps in its own path, but names of embedded types.
func pathAt(config []byte, offset int64) string {
	w := &walk{json.NewDecoder(bytes.NewReader(config)), offset}
	path, _ := w.value("")
	return path
}

type walk struct {
	dec *json.Decoder
	end int64
}

// value goes through a value, and tells the path within it at which the walk ends.
func (w *walk) value(path string) (found string, ended bool) {
	token, err := w.dec.Token()
	if err != nil || w.dec.InputOffset() >= w.end {
		return path, true
	}
	open, _ := token.(json.Delim)
	if open == 0 {
		return "", false
	}
	for i := 0; w.dec.More(); i++ {
		within := fmt.Sprintf("%s[%d]", path, i)
		if open == '{' {
			name, _ := w.dec.Token()
			within = FieldPath(path, fmt.Sprint(name))
		}
		if found, ended := w.value(within); ended {
			return found, true
		}
	}
	_, err = w.dec.Token() // the closing bracket
	return "", err != nil
}

func typeWords(t reflect.Type) string {
	switch t.Kind() {
	case reflect.Int, reflect.Int64:
		return "a whole number of 64 bits"
	case reflect.Float64:
		return "a number"
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	}
	return "an object"
}
