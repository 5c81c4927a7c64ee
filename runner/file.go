package runner

import (
	"io"
	"os"
	"path/filepath"

	"github.com/google/renameio/v2"
)

type writer = io.Writer

// writeFile writes a file under a temporary name in the same folder, syncs it and renames it to path, so that path
// holds the old bytes or all of the new ones at every instant. If write fails the old ones stay.
func writeFile(path string, write func(w writer) error) error {
	f, err := renameio.NewPendingFile(path, renameio.WithTempDir(filepath.Dir(path)), renameio.WithPermissions(0o644))
	if err != nil {
		return err
	}
	defer f.Cleanup()
	if err := write(f); err != nil {
		return err
	}
	if err := f.CloseAtomicallyReplace(); err != nil {
		return err
	}
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer folder.Close()
	return folder.Sync()
}
