package schema

import (
	"encoding/json"
	"time"
)

// Options say what to load. Dir and Kinds are needed; all else works when zero.
type Options struct {
	Dir     string        // folder of pipeline.cue
	Variant string        // name of a folder under variants/, or "" for the pipeline as it is
	Tags    []string      // "name=value" for fields marked @tag(name)
	Kinds   []Definition  // the kinds that steps can be of
	Timeout time.Duration // longest evaluation, 0 = 10 s
}

// A Pipeline is the evaluated, checked pipeline with all defaults filled in. It must not be changed.
type Pipeline struct {
	Name     string
	Seed     int64
	Limits   Limits
	Models   map[string]json.RawMessage // canonical JSON, by name
	Steps    []Step                     // in the order of the file
	Tags     map[string]string          // as given in Options
	Variant  string                     // as given in Options
	Sources  []string                   // the user's CUE files that were read, slash-separated, relative to Dir, sorted
	Value    json.RawMessage            // {"name", "seed", "limits", "models", "steps": {NAME: {"kind", "config", "inputs", "publish"}}}, canonical
	Digest   string                     // SHA-256 of Value, hex: equal for equal meaning, whatever the files look like
	Warnings []string                   // what the user should know though nothing is wrong, one line each

	places *places
}

// Limits are bounds on money, in USD; nil is none.
type Limits struct {
	CostPerApply *float64 `json:"costPerApply,omitempty"`
	CostInAll    *float64 `json:"costInAll,omitempty"`
}

// A Step is one evaluated step.
type Step struct {
	Name string // letters, digits, _ and -
	Kind string

	// Config holds the kind's own fields with defaults filled in, as canonical JSON: keys sorted, one way to write
	// each number. It is without kind, publish, rows, rejects and the fields of Inputs; a field of Files holds its path.
	Config json.RawMessage

	Inputs  []Input     // by field
	Files   []FileField // by field
	Publish string      // file name under the output folder, "" = not published
	Unkeyed []string    // paths within Config that cannot change any result, sorted: "model.batch"
}

// An Input says what a field marked @input() is connected to.
type Input struct {
	Field  string // path within the step: "input", "inputs.left", "inputs[0]"
	Step   string
	Stream string // "rows" or "rejects"
}

// A FileField is a field marked @file().
type FileField struct {
	Field string // path within Config: "prompts.user"
	Path  string // as written, relative to the folder of pipeline.cue
}
