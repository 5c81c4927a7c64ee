package schema

import (
	"os"
	"path/filepath"
	"regexp"
)

const (
	pipelineFile = "pipeline.cue"
	packageName  = "pipeline"
	variantsDir  = "variants"
)

// safeName is what steps and variants may be called: the names become folders and parts of paths.
var safeName = regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$`)

const safeNameRule = "use letters, digits, _ and - only, at most 64"

// Variants lists the variants of the pipeline in a folder, sorted: the folders under variants/ that hold a CUE file. A
// folder without variants gives none.
func Variants(dir string) []string {
	folders, err := os.ReadDir(filepath.Join(dir, variantsDir))
	if err != nil {
		return nil
	}
	var names []string
	for _, f := range folders {
		if paths, _ := cueFiles(filepath.Join(dir, variantsDir, f.Name())); len(paths) > 0 && safeName.MatchString(f.Name()) {
			names = append(names, f.Name())
		}
	}
	return names
}
