package cli

import (
	"fmt"
	"os"
	"path/filepath"

	"sftrun.local/cmd/sftrun/cli/settings"
	"sftrun.local/runner/store/blob"
)

// isFile tells whether something else than a folder lies at a path.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && !info.IsDir()
}

// checkHome refuses a project folder, and a folder for what this machine keeps in it, that are files.
func (a *app) checkHome(folder, state string) error {
	switch {
	case isFile(folder):
		return misuse("-C %s: it is a file; give the folder that pipeline.cue lies in", a.dir)
	case isFile(state):
		return fmt.Errorf("%s is a file, where sftrun keeps a folder.  Move it away", relative(folder, state))
	}
	return nil
}

// checkPlaces refuses places for the store and the published files that are files.
func checkPlaces(folder string, s *settings.Settings) error {
	for _, place := range []struct{ path, flag string }{{s.Store, "--store"}, {s.Output, "--output"}} {
		if !blob.IsAddress(place.path) && isFile(place.path) {
			return fmt.Errorf("%s is a file, where sftrun keeps a folder.  Move it away, or name another folder with %s", relative(folder, place.path), place.flag)
		}
	}
	return nil
}

// storeShown is the place of the store as the user would write it. A bucket is shown with all that its address says.
func (p *project) storeShown() string {
	if p.away() {
		return p.settings.Store
	}
	return relative(p.folder, p.settings.Store)
}

// relative is a path as the user would write it: from the project, where it lies within.
func relative(folder, path string) string {
	if rel, err := filepath.Rel(folder, path); err == nil && filepath.IsLocal(rel) {
		return rel
	}
	return path
}
