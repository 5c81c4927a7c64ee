package schema

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	cueerrors "cuelang.org/go/cue/errors"
	"cuelang.org/go/cue/load"
	"cuelang.org/go/cue/parser"
)

// maxFile is the most bytes that a CUE file may have. Pipelines are a few kilobytes; what is larger is a mistake.
const maxFile = 4 << 20

// A folder is the user's CUE files, parsed, and whatever the loader must see in their place.
type folder struct {
	dir     string // absolute
	variant string
	overlay map[string]load.Source
}

// open reads and parses all CUE files that can belong to the pipeline, so that no later phase meets a file that is too
// large, is no text or does not parse.
func open(o Options) (*folder, error) {
	dir, err := filepath.Abs(o.Dir)
	if err != nil {
		return nil, err
	}
	f := &folder{dir: dir, variant: o.Variant, overlay: map[string]load.Source{}}
	if err := f.find(); err != nil {
		return nil, err
	}
	var problems Errors
	for _, d := range f.folders() {
		paths, err := cueFiles(d)
		if err != nil {
			return nil, err
		}
		for _, p := range paths {
			if e := f.read(p); e != nil {
				problems = append(problems, e)
			}
		}
	}
	if len(problems) > 0 {
		return nil, problems
	}
	return f, nil
}

// find checks that the pipeline and the variant are there.
func (f *folder) find() error {
	switch info, err := os.Stat(filepath.Join(f.dir, pipelineFile)); {
	case errors.Is(err, fs.ErrNotExist):
		return Errors{mistake(pipelineFile, "not found in %s; go to the folder that has one, or make one here: sftrun init", f.dir)}
	case err == nil && info.IsDir():
		return Errors{mistake(pipelineFile, "is a folder; the pipeline must be a file of this name")}
	case f.variant == "":
		return nil
	case !safeName.MatchString(f.variant):
		return Errors{mistake("", "variant %q: not a name of a variant; %s", f.variant, safeNameRule)}
	case !slices.Contains(Variants(f.dir), f.variant):
		return Errors{f.noVariant()}
	}
	return nil
}

// noVariant says why there is no such variant.
func (f *folder) noVariant() *Error {
	own := variantsDir + "/" + f.variant
	if info, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(own))); err == nil && info.IsDir() {
		return mistake("", "variant %q: %s has no variant.cue, which says what the variant changes", f.variant, own)
	}
	known := Variants(f.dir)
	if len(known) == 0 {
		return mistake("", "variant %q: no such variant; there are none yet; one is a file %s/NAME/variant.cue", f.variant, variantsDir)
	}
	return mistake("", "variant %q: no such variant%s  There are: %s", f.variant, orEnd(meant(f.variant, known), "."), strings.Join(known, ", "))
}

// folders lists the folders whose files of package pipeline belong to it.
func (f *folder) folders() []string {
	if f.variant == "" {
		return []string{f.dir}
	}
	variants := filepath.Join(f.dir, variantsDir)
	return []string{f.dir, variants, filepath.Join(variants, f.variant)}
}

// cueFiles lists the CUE files of a folder by path, sorted; none where there is no folder.
func cueFiles(dir string) ([]string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	var paths []string
	for _, e := range entries {
		if strings.HasSuffix(e.Name(), ".cue") && !e.IsDir() {
			paths = append(paths, filepath.Join(dir, e.Name()))
		}
	}
	return paths, nil
}

// read parses one file into the overlay.
func (f *folder) read(path string) *Error {
	name := f.relative(path)
	data, err := readText(path)
	if err != nil {
		return mistake(name, "%v", err)
	}
	file, err := parser.ParseFile(path, data, parser.ParseComments)
	if err != nil {
		return f.syntaxError(name, err)
	}
	if needed := f.mustBePipeline(name); needed && file.PackageName() != packageName {
		return mistake(name, "is not part of the pipeline; its first line must be: package %s", packageName)
	}
	f.overlay[path] = load.FromFile(file)
	return f.checkExponents(file)
}

// mustBePipeline says whether a file that is not of package pipeline can only be a mistake.
func (f *folder) mustBePipeline(name string) bool {
	return name == pipelineFile || strings.HasPrefix(name, variantsDir+"/"+f.variant+"/")
}

// syntaxError gives the first error of a file that does not parse; those after it mostly follow from it.
func (f *folder) syntaxError(name string, err error) *Error {
	first := cueerrors.Errors(err)[0]
	format, args := first.Msg()
	at := first.Position()
	return &Error{
		At:   Position{File: name, Line: at.Line(), Column: at.Column()},
		Text: fmt.Sprintf(format, args...),
	}
}

// readText reads a file that must be UTF-8 text of a moderate size.
func readText(path string) ([]byte, error) {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return nil, withoutPath(err)
	case !info.Mode().IsRegular():
		return nil, errors.New("not a regular file")
	case info.Size() > maxFile:
		return nil, fmt.Errorf("%d MB, which is too large for a pipeline; at most %d MB", info.Size()>>20, maxFile>>20)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, withoutPath(err)
	}
	if !utf8.Valid(data) {
		return nil, fmt.Errorf("line %d is not UTF-8 text; save the file as UTF-8", invalidLine(data))
	}
	return data, nil
}

// invalidLine is the number of the first line that is not UTF-8.
func invalidLine(data []byte) int {
	n := 1
	for line := range bytes.Lines(data) {
		if !utf8.Valid(line) {
			break
		}
		n++
	}
	return n
}

func withoutPath(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}

// relative gives a path below the folder with slashes, and any other path as it is.
func (f *folder) relative(path string) string {
	r, err := filepath.Rel(f.dir, path)
	if err != nil || r == ".." || strings.HasPrefix(r, ".."+string(filepath.Separator)) {
		return path
	}
	return filepath.ToSlash(r)
}

// isUsers says whether a path is a file of the user and not of the definitions.
func (f *folder) isUsers(path string) bool {
	r := f.relative(path)
	return !filepath.IsAbs(r) && !strings.HasPrefix(r, packageDir+"/")
}
