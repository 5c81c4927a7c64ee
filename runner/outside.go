package runner

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"sort"
	"strings"
	"sync"

	"github.com/bmatcuk/doublestar/v4"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// outside is the files that do not lie in the store: shards, prompts. It remembers the digest of each shard of this
// machine with what the file system says of it, so that a shard is read once for its digest and again only after it
// changed. Shards elsewhere it leaves to the sources.
type outside struct {
	dir     string // patterns and paths are relative to it
	sources []Source

	mu sync.Mutex
	memos
	fresh bool             // memos hold more than was loaded
	seen  map[string]stamp // by place: as last listed, without digest

	listing sync.Mutex
	listed  map[steps.Wanted]Listing
	asLast  bool // listings of sources are taken as they were last, where that is known
}

// stamp is what tells that a file is still the one that was read.
type stamp struct {
	Size    int64  `json:"size"`
	ModTime int64  `json:"mtime_ns"`
	Inode   uint64 `json:"inode"`
	Change  int64  `json:"ctime_ns,omitempty"` // last change of the file or of what is known of it, where the system tells
	Digest  string `json:"digest"`
}

func newOutside(dir string, sources []Source, m memos) *outside {
	return &outside{dir: dir, sources: sources, memos: m, seen: map[string]stamp{}, listed: map[steps.Wanted]Listing{}}
}

func (f *outside) path(place string) string {
	if filepath.IsAbs(place) {
		return place
	}
	return filepath.Join(f.dir, place)
}

// listOnce is list, but looks only once for what is wanted until the listings are forgotten.
func (f *outside) listOnce(ctx context.Context, w steps.Wanted) (Listing, error) {
	f.listing.Lock()
	defer f.listing.Unlock()
	known, ok := f.listed[w]
	if !ok {
		var err error
		if known, err = f.list(ctx, w); err != nil {
			return Listing{}, err
		}
		f.listed[w] = known
	}
	known.Shards = slices.Clone(known.Shards)
	return known, nil
}

// relist forgets the listings.
func (f *outside) relist() {
	f.listing.Lock()
	defer f.listing.Unlock()
	clear(f.listed)
}

// see notes how a file is that is listed.
func (f *outside) see(place string, info fs.FileInfo) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.seen[place] = stampOf(info)
}

// remembered returns the digest of a file that is as it was when it was read.
func (f *outside) remembered(place string, now stamp) (digest string, ok bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	known, ok := f.memo[place]
	now.Digest = known.Digest
	return known.Digest, ok && known == now
}

// asListed returns the digest of a file that was, when it was listed, as it was when it was read.
func (f *outside) asListed(place string) (digest string, ok bool) {
	f.mu.Lock()
	now, ok := f.seen[place]
	f.mu.Unlock()
	if !ok {
		return "", false
	}
	return f.remembered(place, now)
}

// list finds the shards that are wanted, sorted by name: with the source that the address is meant for, or else on this
// machine.
func (f *outside) list(ctx context.Context, w steps.Wanted) (Listing, error) {
	if s := f.source(w.From); s != nil {
		return f.listAt(ctx, s, w)
	}
	if scheme, _, ok := strings.Cut(w.From, "://"); ok {
		return Listing{}, fmt.Errorf("%q: nothing here reads from %s://.  Download the files and name them by their paths", w.From, scheme)
	}
	shards, err := f.match(ctx, w.From)
	return Listing{Shards: shards}, err
}

// match finds the files of a pattern.
func (f *outside) match(ctx context.Context, pattern string) ([]steps.Shard, error) {
	if !doublestar.ValidatePathPattern(pattern) {
		return nil, fmt.Errorf("%q is no pattern of files: a bracket or brace is not closed", pattern)
	}
	base, rest := doublestar.SplitPattern(filepath.ToSlash(pattern))
	root := f.path(filepath.FromSlash(base))
	if _, err := os.Stat(root); err != nil {
		return nil, fmt.Errorf("no file matches %q; looked in %s: %w", pattern, root, plain(err))
	}
	var shards []steps.Shard
	var other string // what matches but is no file
	err := doublestar.GlobWalk(os.DirFS(root), rest, func(name string, _ fs.DirEntry) error {
		place := filepath.Join(filepath.FromSlash(base), name)
		info, err := os.Stat(filepath.Join(root, name))
		if err != nil {
			return fmt.Errorf("%s matches %q, but cannot be read: %w", place, pattern, plain(err))
		}
		if info.Mode().IsRegular() {
			shards = append(shards, steps.Shard{Name: name, Place: place, Size: info.Size()})
			f.see(place, info)
		} else {
			other = place
		}
		return ctx.Err()
	}, doublestar.WithFailOnIOErrors())
	if err != nil {
		return nil, err
	}
	if len(shards) == 0 && other != "" {
		return nil, fmt.Errorf("no file matches %q; %s does, but it is a folder, a pipe or a device", pattern, other)
	}
	if len(shards) == 0 {
		return nil, fmt.Errorf("no file matches %q; looked in %s", pattern, root)
	}
	sort.Slice(shards, func(i, j int) bool { return shards[i].Name < shards[j].Name })
	return shards, nil
}

// digest fills in the digests of shards, reading what changed, several at once. Shards of a source have come with theirs.
func (f *outside) digest(ctx context.Context, shards []steps.Shard, workers int) error {
	return abreast(ctx, workers, len(shards), func(ctx context.Context, i int) (err error) {
		if f.source(shards[i].Place) == nil {
			shards[i].Digest, err = f.digestOne(ctx, shards[i].Place)
			return err
		}
		if shards[i].Digest == "" {
			return fmt.Errorf("%s: where it lies no digest of it is told, so nobody could tell when it changes.  Download it and name it by its path", shards[i].Place)
		}
		return nil
	})
}

func (f *outside) digestOne(ctx context.Context, place string) (string, error) {
	if digest, ok := f.asListed(place); ok {
		return digest, nil
	}
	path := f.path(place)
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	now := stampOf(info)
	if digest, ok := f.remembered(place, now); ok {
		return digest, nil
	}
	if now.Digest, err = digestFile(ctx, path); err != nil {
		return "", err
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.memo[place], f.fresh = now, true
	return now.Digest, nil
}

func digestFile(ctx context.Context, path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return "", err
	}
	h := sha256.New()
	buf := make([]byte, min(info.Size()+1, 1<<20)) // many files are small
	for {
		n, err := file.Read(buf)
		h.Write(buf[:n])
		if errors.Is(err, io.EOF) {
			return hex.EncodeToString(h.Sum(nil)), nil
		}
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return "", err
		}
	}
}

// unchanged makes sure that a shard is still the file whose digest is in the key. That of a source cannot have changed
// unseen: see Source.Open.
func (f *outside) unchanged(s steps.Shard) error {
	if f.source(s.Place) != nil {
		return nil
	}
	info, err := os.Stat(f.path(s.Place))
	if err != nil {
		return err
	}
	now := stampOf(info)
	now.Digest = s.Digest
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.memo[s.Place] != now {
		return fmt.Errorf("%s changed while it was being read: nothing was made of it.  Run apply again when it is complete", s.Place)
	}
	return nil
}

func (f *outside) open(ctx context.Context, s steps.Shard) (steps.Reader, error) {
	if from := f.source(s.Place); from != nil {
		return from.Open(ctx, s)
	}
	file, err := os.Open(f.path(s.Place))
	if err != nil {
		return nil, err
	}
	return openFile{file, s.Size}, nil
}

type openFile struct {
	*os.File
	size int64
}

func (f openFile) Size() int64 { return f.size }

// mostDeclared is the largest size in bytes of a file that the config declares, such as a prompt.
const mostDeclared = 16 << 20

// declare reads a declared file and returns it with its digest.
func (f *outside) declare(path string) (steps.File, []byte, error) {
	info, err := os.Stat(f.path(path))
	if err != nil {
		return steps.File{}, nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > mostDeclared {
		return steps.File{}, nil, fmt.Errorf("%s is no regular file of at most %d MB", path, mostDeclared>>20)
	}
	data, err := os.ReadFile(f.path(path))
	return steps.File{Path: path, Digest: store.Digest(data)}, data, err
}

// declared returns the bytes of a declared file: from the store, or before an apply has put it there from its path.
func (f *outside) declared(ctx context.Context, s *store.Store, file steps.File) ([]byte, error) {
	data, err := s.Get(ctx, file.Digest)
	if err == nil || file.Path == "" {
		return data, err
	}
	now, data, err := f.declare(file.Path)
	if err != nil {
		return nil, err
	}
	if now.Digest != file.Digest {
		return nil, fmt.Errorf("%s changed meanwhile.  Run the command again", file.Path)
	}
	return data, nil
}
