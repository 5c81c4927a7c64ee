package schema

import (
	"bytes"
	"os"
	"path/filepath"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/load"
)

// define puts the definitions of the binary where the loader looks for them, instead of the folder's copy, and gives a
// warning for each file in which the two differ.
func (f *folder) define(kinds []Definition) []string {
	_, err := os.Stat(filepath.Join(f.dir, filepath.FromSlash(modulePath)))
	hasModule := err == nil
	stale := false
	for name, data := range Layout(kinds) {
		path := filepath.Join(f.dir, filepath.FromSlash(name))
		if name == modulePath {
			if !hasModule {
				f.overlay[path] = load.FromBytes(data)
			}
			continue
		}
		own, err := os.ReadFile(path)
		stale = stale || (err == nil && !bytes.Equal(own, data))
		f.overlay[path] = load.FromBytes(data)
	}
	stale = f.hideOthers() || stale
	if stale {
		return []string{packageDir + " differs from the definitions of this sftrun, which uses its own; to lay them out again: sftrun init"}
	}
	return nil
}

// hideOthers keeps files of the folder's copy from the loader that the binary's does not have.
func (f *folder) hideOthers() bool {
	paths, _ := cueFiles(filepath.Join(f.dir, filepath.FromSlash(packageDir)))
	found := false
	for _, p := range paths {
		if _, ours := f.overlay[p]; !ours {
			f.overlay[p] = load.FromFile(&ast.File{Filename: p, Decls: []ast.Decl{&ast.Package{Name: ast.NewIdent("sft")}}})
			found = true
		}
	}
	return found
}
