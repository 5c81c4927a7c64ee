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

	"sftrun.local/steps/fault"
)

// Dir is a Bucket in a folder of a local disk. Create writes a temporary file, syncs it, links it to its name and
// syncs the folder: link(2) fails if the name exists, which makes create-if-absent hold between processes, and a
// half-written file never has a name. Files without a name, left by a kill, lie in the folder "tmp" until Sweep.
type Dir struct {
	root   string
	writer string

	mu    sync.Mutex
	known map[string]bool // folders that exist durably
}

// NewDir returns the bucket in the folder root, which need not exist before the first Create.
func NewDir(root string) *Dir {
	return &Dir{root: filepath.Clean(root), known: map[string]bool{}}
}

// WrittenBy says on whose behalf the bucket is written to, in plain characters, and returns the bucket. One process at
// a time may write on behalf of a writer: what Sweep finds of his, a process that was killed has left.
func (d *Dir) WrittenBy(writer string) *Dir {
	d.writer = writer + "-"
	return d
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
	temp, err := d.writeTemp(data, path)
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
	fault.Point("object: linked")
	if err := SyncFolder(filepath.Dir(path)); err != nil {
		return err
	}
	fault.Point("object: durable")
	return nil
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

// writeTemp writes a temporary file, to become the one at path.
func (d *Dir) writeTemp(data []byte, path string) (string, error) {
	folder := filepath.Join(d.root, "tmp")
	if err := d.makeFolder(folder); err != nil {
		return "", err
	}
	f, err := os.CreateTemp(folder, newPrefix+d.writer+"*")
	if err != nil {
		return "", err
	}
	_, err = f.Write(data)
	if err == nil {
		err = f.Chmod(0o444) // others may read it; nobody may change it
	}
	fault.Point("object: temporary written")
	if err == nil {
		err = f.Sync()
	}
	if closeErr := f.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		os.Remove(f.Name())
		return "", Unwritten(err, f.Name(), path)
	}
	fault.Point("object: temporary synced")
	return f.Name(), nil
}

// Unwritten is an error to write a temporary file, with the path that it was to get instead of its own.
func Unwritten(err error, temp, path string) error {
	var failed *fs.PathError
	if errors.As(err, &failed) && failed.Path == temp {
		return &fs.PathError{Op: failed.Op, Path: path, Err: failed.Err}
	}
	return err
}

// makeFolder makes a folder of the bucket and those above it durable. That one is there already does not tell that its
// name is durable: who made it may have been killed, or be about to sync it.
func (d *Dir) makeFolder(folder string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.makeLocked(folder)
}

func (d *Dir) makeLocked(folder string) error {
	if d.known[folder] {
		return nil
	}
	if folder != d.root {
		if err := d.makeLocked(filepath.Dir(folder)); err != nil {
			return err
		}
	}
	if err := MakeFolder(folder); err != nil {
		return err
	}
	d.known[folder] = true
	return nil
}

// MakeFolder makes a folder with its parents. Its name is durable then, and so are those of parents that it made.
func MakeFolder(folder string) error {
	err := os.Mkdir(folder, 0o755)
	parent := filepath.Dir(folder)
	if errors.Is(err, fs.ErrNotExist) && parent != folder {
		if err := MakeFolder(parent); err != nil {
			return err
		}
		err = os.Mkdir(folder, 0o755)
	}
	if errors.Is(err, fs.ErrExist) {
		return syncIfAllowed(parent)
	}
	if err != nil {
		return err
	}
	fault.Point("folder: made")
	return SyncFolder(parent)
}

// syncIfAllowed syncs a folder unless this user may not read it. What lies in it is then not of his making.
func syncIfAllowed(folder string) error {
	err := SyncFolder(folder)
	if errors.Is(err, fs.ErrPermission) {
		return nil
	}
	return err
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
	if err := ctx.Err(); err != nil {
		return 0, err
	}
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
	fault.Point("object: deleted")
	return nil
}

// newPrefix begins the names of temporary files.
const newPrefix = "new-"

// Sweep removes the temporary files of writers that were killed: those of this bucket's own writer at once, as nobody
// else writes on his behalf now; those of others, who may be writing, when they are older than any writer needs.
func (d *Dir) Sweep() error {
	folder := filepath.Join(d.root, "tmp")
	if err := RemoveFiles(folder, newPrefix, time.Hour); err != nil || d.writer == "" {
		return err
	}
	return RemoveFiles(folder, newPrefix+d.writer, 0)
}

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
