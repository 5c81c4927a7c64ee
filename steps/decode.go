package steps

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// Decode reads the config of a step into the struct that v points to. A field that the struct does not have is an
// error: Go code and CUE definition of the kind have come apart.
func Decode(config []byte, v any) error {
	dec := json.NewDecoder(bytes.NewReader(config))
	dec.DisallowUnknownFields()
	if err := dec.Decode(v); err != nil {
		return fmt.Errorf("read the config: %w", err)
	}
	return nil
}
