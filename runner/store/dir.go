package store

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"time"
)

// Dir is a Bucket in a folder of a local disk. Create writes a temporary file, syncs it, links it to its name and
// syncs the folder: link(2) fails if the name exists, which makes create-if-absent hold between processes, and a
// half-written file never has a name. Files without a name, left by a kill, lie in the folder "tmp" until Sweep.
type Dir struct {
	root string

	mu    sync.Mutex
	known map[string]bool // folders that exist durably
}

// NewDir returns the bucket in the folder root, which need not exist before the first Create.
func NewDir(root string) *Dir {
	return &Dir{root: root, known: map[string]bool{}}
}

func (d *Dir) path(name string) (string, error) {
	if !filepath.IsLocal(filepath.FromSlash(name)) {
		return "", fmt.Errorf("store: %q is no name of an object", name)
	}
	return filepath.Join(d.root, filepath.FromSlash(name)), nil
}

// Create implements Bucket.
func (d *Dir) Create(ctx context.Context, name string, data []byte) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(path); err == nil {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	temp, err := d.writeTemp(data)
	if err != nil {
		return err
	}
	defer os.Remove(temp)
	if err := d.makeFolder(filepath.Dir(path)); err != nil {
		return err
	}
	if err := os.Link(temp, path); err != nil {
		return linkError(path, err)
	}
	return SyncFolder(filepath.Dir(path))
}

// linkError keeps the name that was wanted in front, and says what to do where the disk has no hard links.
func linkError(path string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return &fs.PathError{Op: "create", Path: path, Err: fs.ErrExist}
	}
	if errors.Is(err, errors.ErrUnsupported) || errors.Is(err, fs.ErrPermission) {
		return fmt.Errorf("create %s: %w (the store needs a file system with hard links; set the store to a folder on another disk)", path, err)
	}
	return err
}

func (d *Dir) writeTemp(data []byte) (string, error) {
	folder := filepath.Join(d.root, "tmp")
	if err := d.makeFolder(folder); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(folder, "new-*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o444) // others may read it; nobody may change it
	}
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		return "", err
	}
	return f.Name(), nil
}

// makeFolder makes a folder and those above it durable.
func (d *Dir) makeFolder(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	if d.known[folder] {
		return nil
	}
	if err := MakeFolder(folder); err != nil {
		return err
	}
	d.known[folder] = true
	return nil
}

// MakeFolder makes a folder with its parents, each durable.
func MakeFolder(folder string) error {
	err := os.Mkdir(folder, 0o755)
	if errors.Is(err, fs.ErrExist) {
		return nil
	}
	parent := filepath.Dir(folder)
	if errors.Is(err, fs.ErrNotExist) && parent != folder {
		if err := MakeFolder(parent); err != nil {
			return err
		}
		err = os.Mkdir(folder, 0o755)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	return SyncFolder(parent)
}

// SyncFolder makes the names in a folder durable.
func SyncFolder(folder string) error {
	f, err := os.Open(folder)
	if err != nil {
		return err
	}
	defer f.Close()
	return f.Sync()
}

// Read implements Bucket.
func (d *Dir) Read(ctx context.Context, name string) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := d.path(name)
	if err != nil {
		return nil, err
	}
	return os.ReadFile(path)
}

// ReadAt implements Bucket.
func (d *Dir) ReadAt(ctx context.Context, name string, off, n int64) ([]byte, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	path, err := d.path(name)
	if err != nil {
		return nil, err
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	buf := make([]byte, n)
	got, err := f.ReadAt(buf, off)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	return buf[:got], nil
}

// Size implements Bucket.
func (d *Dir) Size(ctx context.Context, name string) (int64, error) {
	path, err := d.path(name)
	if err != nil {
		return 0, err
	}
	info, err := os.Stat(path)
	if err != nil {
		return 0, err
	}
	return info.Size(), nil
}

// List implements Bucket. Temporary files are not listed.
func (d *Dir) List(ctx context.Context, prefix string) iter.Seq2[string, error] {
	return func(yield func(string, error) bool) {
		start := filepath.Join(d.root, filepath.FromSlash(prefix[:strings.LastIndex(prefix, "/")+1]))
		err := filepath.WalkDir(start, func(path string, e fs.DirEntry, err error) error {
			if errors.Is(err, fs.ErrNotExist) {
				return nil
			}
			if err == nil {
				err = ctx.Err()
			}
			if err != nil || e.IsDir() {
				return err
			}
			rel, err := filepath.Rel(d.root, path)
			if err != nil {
				return err
			}
			name := filepath.ToSlash(rel)
			if strings.HasPrefix(name, "tmp/") || !strings.HasPrefix(name, prefix) {
				return nil
			}
			if !yield(name, nil) {
				return fs.SkipAll
			}
			return nil
		})
		if err != nil {
			yield("", err)
		}
	}
}

// Delete implements Bucket.
func (d *Dir) Delete(ctx context.Context, name string) error {
	path, err := d.path(name)
	if err != nil {
		return err
	}
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// Sweep removes the temporary files of writers that were killed. Another project may write to the same bucket now, so
// only files are removed that are older than any writer needs.
func (d *Dir) Sweep() error { return RemoveFiles(filepath.Join(d.root, "tmp"), "new-", time.Hour) }

// RemoveFiles removes the files of a folder whose names begin with prefix and that have not been written to for a
// time. A folder that is not there has none.
func RemoveFiles(folder, prefix string, age time.Duration) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || !strings.HasPrefix(e.Name(), prefix) || time.Since(info.ModTime()) < age {
			continue // one that is gone meanwhile needs no removing
		}
		if err := os.Remove(filepath.Join(folder, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}
