package store_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"sftrun.local/runner/store"
)

// Check reads an object to its end, in pieces, whatever its size.
func TestCheckFindsAFlippedBitAnywhere(t *testing.T) {
	dir := t.TempDir()
	s := store.New(store.NewDir(dir))
	for _, size := range []int{0, 1, 1<<20 - 1, 1 << 20, 1<<20 + 1, 3 << 20} {
		data := bytes.Repeat([]byte{byte(size)}, size)
		digest, err := s.Put(t.Context(), data)
		if err != nil {
			t.Fatal(err)
		}
		if n, err := s.Check(t.Context(), digest); err != nil || n != int64(size) {
			t.Errorf("%d bytes: read %d: %v", size, n, err)
		}
		path := filepath.Join(dir, store.ObjectName(digest))
		for _, at := range []int{0, size / 2, size - 1} {
			if size == 0 {
				break
			}
			harmed := bytes.Clone(data)
			harmed[at] ^= 1
			os.Chmod(path, 0o644)
			if err := os.WriteFile(path, harmed, 0o644); err != nil {
				t.Fatal(err)
			}
			var damaged *store.Damaged
			if _, err := s.Check(t.Context(), digest); !errors.As(err, &damaged) || damaged.Name != store.ObjectName(digest) {
				t.Errorf("%d bytes, bit %d flipped: %v", size, at, err)
			}
		}
	}
	if _, err := s.Check(t.Context(), store.Digest([]byte("none"))); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: %v", err)
	}
}

func TestNamesOfObjects(t *testing.T) {
	digest := store.Digest(nil)
	if got, ok := store.ObjectDigest(store.ObjectName(digest)); !ok || got != digest {
		t.Errorf("%s %v", got, ok)
	}
	for _, other := range []string{"", "objects/", "objects/ab/cd", "actions/" + digest[:2] + "/" + digest[2:], store.ObjectName(digest) + "0", "objects/" + digest, "objects/E3/" + digest[2:]} {
		if _, ok := store.ObjectDigest(other); ok {
			t.Errorf("%q counts as the name of an object", other)
		}
	}
}
