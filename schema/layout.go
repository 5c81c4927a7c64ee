package schema

import (
	_ "embed"
	"path"
	"strings"
)

// ImportPath is the path by which a pipeline imports the definitions. No one can register a name that ends in
// ".local", so it can never mean anything else.
const ImportPath = "sftrun.local/sft"

const packageDir = "cue.mod/pkg/" + ImportPath

const modulePath = "cue.mod/module.cue"

const moduleSource = `module: "pipeline.local"
language: version: "v0.17.0"
`

const generatedNote = "// Laid out by `sftrun init` for editors and `cue vet`; sftrun itself uses its built-in copy. Do not edit.\n\n"

//go:embed sft.cue
var coreSource string

// A Definition is the CUE source of a kind: a file of package sft that defines `#Name`, whose field `kind` is the
// kind's name. The file may start with `@if(…)`, which keeps `cue vet ./...` off it where it lies.
type Definition struct {
	Name   string // the word of `kind:`, lower case
	Source string
}

// Layout gives the files that make a folder understandable to editors and to plain `cue vet`: slash-separated path
// below the folder → content. It holds cue.mod/module.cue and the package of definitions.
func Layout(kinds []Definition) map[string][]byte {
	files := map[string][]byte{
		modulePath:                       []byte(moduleSource),
		path.Join(packageDir, "sft.cue"): []byte(generatedNote + coreSource),
	}
	for _, k := range kinds {
		files[path.Join(packageDir, k.Name+".cue")] = []byte(generatedNote + withoutCondition(k.Source))
	}
	return files
}

// withoutCondition drops the line with `@if(…)` at the top of a kind's file.
func withoutCondition(source string) string {
	if !strings.HasPrefix(source, "@if(") {
		return source
	}
	_, rest, _ := strings.Cut(source, "\n")
	return strings.TrimLeft(rest, "\n")
}
