package hubtest

import (
	"cmp"
	"crypto/sha1"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

const settingsName = ".hub.json"

// repo is a repository at one of its states.
type repo struct {
	id       string // OWNER/NAME
	settings Settings
	commit   string
	files    []file // sorted by path
}

// file is one file, which may have changed since.
type file struct {
	path   string // in the repository
	at     string // on this machine
	size   int64
	sha256 string
	blob   string // id of the git blob: of the bytes, or of the pointer to large file storage
	large  bool   // lies in large file storage
}

// shelf reads repositories and remembers the digests of files that stay the same.
type shelf struct {
	dir   string
	large int64

	mu   sync.Mutex
	memo map[stamp]sums
}

type stamp struct {
	at   string
	size int64
	time time.Time
}

type sums struct{ sha256, blob string }

// settings reads what is set for a repository, or returns fs.ErrNotExist if there is no such repository.
func (s *shelf) settings(id string) (set Settings, err error) {
	dir := filepath.Join(s.dir, filepath.FromSlash(id))
	if info, err := os.Stat(dir); err != nil || !info.IsDir() || strings.Count(id, "/") != 1 || strings.Contains(id, "..") {
		return set, fs.ErrNotExist
	}
	data, err := os.ReadFile(filepath.Join(dir, settingsName))
	if errors.Is(err, fs.ErrNotExist) {
		return set, nil
	}
	if err == nil {
		err = json.Unmarshal(data, &set)
	}
	return set, err
}

// open finds the state of a repository that a revision names: a folder, or a commit of one of them.
func (s *shelf) open(id, revision string) (*repo, error) {
	owner, name, _ := strings.Cut(id, "/")
	folders, err := os.ReadDir(filepath.Join(s.dir, owner))
	if err != nil {
		return nil, fs.ErrNotExist
	}
	for _, folder := range folders {
		first, state, _ := strings.Cut(folder.Name(), "@")
		if first != name {
			continue
		}
		state = cmp.Or(strings.ReplaceAll(state, "%2F", "/"), "main")
		if state != revision && len(revision) != 40 {
			continue
		}
		r, err := s.read(id, filepath.Join(s.dir, owner, folder.Name()))
		if err != nil || state == revision || r.commit == revision {
			return r, err
		}
	}
	return nil, fs.ErrNotExist
}

func (s *shelf) read(id, dir string) (*repo, error) {
	set, err := s.settings(id)
	if err != nil {
		return nil, err
	}
	r := &repo{id: id, settings: set}
	sum := sha1.New()
	err = fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || name == settingsName {
			return err
		}
		f, err := s.file(dir, name)
		fmt.Fprintf(sum, "%s %s\n", f.sha256, name)
		r.files = append(r.files, f)
		return err
	})
	slices.SortFunc(r.files, func(a, b file) int { return strings.Compare(a.path, b.path) })
	r.commit = hex.EncodeToString(sum.Sum(nil))
	return r, err
}

// file finds the digests of a file, reading it only if it changed.
func (s *shelf) file(dir, name string) (file, error) {
	at := filepath.Join(dir, filepath.FromSlash(name))
	info, err := os.Stat(at)
	if err != nil {
		return file{}, err
	}
	f := file{path: name, at: at, size: info.Size()}
	f.large = f.size >= s.large || slices.Contains([]string{".parquet", ".gz", ".zst", ".arrow", ".bin"}, path.Ext(name))
	key := stamp{at, info.Size(), info.ModTime()}
	s.mu.Lock()
	known, ok := s.memo[key]
	s.mu.Unlock()
	if !ok {
		if known, err = f.sum(); err != nil {
			return file{}, err
		}
		s.mu.Lock()
		s.memo[key] = known
		s.mu.Unlock()
	}
	f.sha256, f.blob = known.sha256, known.blob
	return f, nil
}

func (f file) sum() (sums, error) {
	r, err := os.Open(f.at)
	if err != nil {
		return sums{}, err
	}
	defer r.Close()
	bytes, git := sha256.New(), sha1.New()
	into := io.Writer(bytes)
	if !f.large {
		fmt.Fprintf(git, "blob %d\x00", f.size)
		into = io.MultiWriter(bytes, git)
	}
	if _, err := io.Copy(into, r); err != nil {
		return sums{}, err
	}
	digest := hex.EncodeToString(bytes.Sum(nil))
	if f.large {
		pointer := f.pointer(digest)
		fmt.Fprintf(git, "blob %d\x00%s", len(pointer), pointer)
	}
	return sums{digest, hex.EncodeToString(git.Sum(nil))}, nil
}

// pointer is what git holds in the place of a file in large file storage.
func (f file) pointer(digest string) string {
	return fmt.Sprintf("version https://git-lfs.github.com/spec/v1\noid sha256:%s\nsize %d\n", digest, f.size)
}
