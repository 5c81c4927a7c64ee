package blobtest

import (
	"crypto/md5"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// What a Shelf with a folder does: objects are files there, under their keys, so that a test may look at them, copy them
// and harm them. What a kill of the service leaves is not looked after.

func (s *Shelf) path(key string) string { return filepath.Join(s.Dir, filepath.FromSlash(key)) }

// loadFile reads an object from its file. Its tag is that of S3.
func (s *Shelf) loadFile(key string) (object, bool) {
	data, err := os.ReadFile(s.path(key))
	if err != nil {
		return object{}, false
	}
	o := object{data: data, tag: tagOf(data), mark: s.objects[key].mark}
	if info, err := os.Stat(s.path(key)); err == nil {
		o.written = info.ModTime()
	}
	return o, true
}

func tagOf(data []byte) string {
	sum := md5.Sum(data)
	return `"` + hex.EncodeToString(sum[:]) + `"`
}

// saveFile writes an object to its file, whole or not at all.
func (s *Shelf) saveFile(key string, data []byte) error {
	path := s.path(key)
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	f, err := os.CreateTemp(s.Dir, ".unfinished-*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(data)
	if err := errors.Join(err, f.Close(), os.Chmod(f.Name(), 0o644)); err != nil {
		return err
	}
	return os.Rename(f.Name(), path)
}

// listFiles lists the keys with a prefix, in order.
func (s *Shelf) listFiles(prefix string) []string {
	var keys []string
	filepath.WalkDir(s.path(prefix[:strings.LastIndex(prefix, "/")+1]), func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return nil // it has just been moved, or was never there
		}
		rel, err := filepath.Rel(s.Dir, path)
		if key := filepath.ToSlash(rel); err == nil && strings.HasPrefix(key, prefix) {
			keys = append(keys, key)
		}
		return nil
	})
	slices.Sort(keys)
	return keys
}
