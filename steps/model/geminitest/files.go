package geminitest

import (
	"crypto/rand"
	"encoding/base64"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// file is one that was uploaded, or the output of a batch job.
type file struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Name    string    `json:"name"` // for display
	Type    string    `json:"type"`
	Size    int64     `json:"size"`
	SHA256  []byte    `json:"sha256"`
	Created time.Time `json:"created"`
	Made    bool      `json:"made"` // by a job
}

// files are all files, and the uploads that are not finished. NAME.json tells of the bytes in NAME.data.
type files struct {
	dir string

	mu      sync.Mutex
	all     map[string]*file
	uploads map[string]*upload
}

func openFiles(dir string) (*files, error) {
	f := &files{dir: dir, all: map[string]*file{}, uploads: map[string]*upload{}}
	err := readAllJSON(filepath.Join(dir, "files"), func(one *file) { f.all[one.ID] = one })
	err2 := readAllJSON(filepath.Join(dir, "uploads"), func(one *upload) { f.uploads[one.ID] = one })
	return f, errors.Join(err, err2)
}

func (f *files) data(id string) string  { return filepath.Join(f.dir, "files", id+".data") }
func (f *files) about(id string) string { return filepath.Join(f.dir, "files", id+".json") }

// add takes a file in whose bytes lie at a path already.
func (f *files) add(one *file, at string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	if err := os.Rename(at, f.data(one.ID)); err != nil {
		return err
	}
	if err := writeJSON(f.about(one.ID), one); err != nil {
		return err
	}
	f.all[one.ID] = one
	return nil
}

// get finds a file that its owner can still have.
func (f *files) get(id, owner string, now time.Time) (*file, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	one := f.all[id]
	if one == nil || one.Owner != owner || !now.Before(one.Created.Add(fileLife)) {
		return nil, false
	}
	return one, true
}

func (f *files) remove(id string) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.all, id)
	return removeAll(f.about(id), f.data(id))
}

// list gives the files of an owner, newest first.
func (f *files) list(owner string, now time.Time) []*file {
	f.mu.Lock()
	defer f.mu.Unlock()
	var list []*file
	for _, one := range f.all {
		if one.Owner == owner && now.Before(one.Created.Add(fileLife)) && !one.Made {
			list = append(list, one)
		}
	}
	slices.SortFunc(list, func(a, b *file) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

func (f *file) describe(url string) map[string]any {
	d := map[string]any{
		"name": "files/" + f.ID, "mimeType": f.Type, "sizeBytes": decimal(f.Size), "createTime": stamp(f.Created), "updateTime": stamp(f.Created),
		"expirationTime": stamp(f.Created.Add(fileLife)), "sha256Hash": base64.StdEncoding.EncodeToString(f.SHA256),
		"uri": url + "/v1beta/files/" + f.ID, "state": "ACTIVE", "source": "UPLOADED",
	}
	if f.Name != "" {
		d["displayName"] = f.Name
	}
	return d
}

func (s *Server) getFile(q *request) {
	s.run(q, q.id, q.id, func() (reply, *refusal) {
		if len(q.id) > 40 {
			return reply{}, badRequest("* GetFileRequest.name: File ID (name excluding 'files/') cannot be more than 40 characters.\n")
		}
		f, ok := s.files.get(q.id, q.owner, s.clock.now())
		if !ok {
			return reply{}, notFound(q.asked)
		}
		return reply{body: f.describe(s.url)}, nil
	})
}

// download sends the bytes of what a job made. Those of an uploaded file cannot be had.
func (s *Server) download(q *request) {
	s.run(q, q.id, q.id, func() (reply, *refusal) {
		f, ok := s.files.get(q.id, q.owner, s.clock.now())
		if !ok {
			return reply{}, notFound(q.asked)
		}
		if !f.Made || q.r.URL.Query().Get("alt") != "media" {
			return reply{}, badRequest("Only generated files can be downloaded.")
		}
		from, err := os.Open(s.files.data(q.id))
		if err != nil {
			return reply{}, failure(err)
		}
		return reply{body: part{io.NewSectionReader(from, 0, f.Size), from}}, nil
	})
}

func (s *Server) deleteFile(q *request) {
	s.run(q, q.id, q.id, func() (reply, *refusal) {
		if _, ok := s.files.get(q.id, q.owner, s.clock.now()); !ok {
			return reply{}, notFound(q.asked)
		}
		if err := s.files.remove(q.id); err != nil {
			return reply{}, failure(err)
		}
		return reply{body: map[string]any{}}, nil
	})
}

func (s *Server) listFiles(q *request) {
	s.run(q, "", "", func() (reply, *refusal) {
		all := s.files.list(q.owner, s.clock.now())
		from, to, next, f := page(q.r, len(all))
		if f != nil {
			return reply{}, f
		}
		var list []any
		for _, one := range all[from:to] {
			list = append(list, one.describe(s.url))
		}
		return reply{body: listing("files", list, next)}, nil
	})
}

// newID makes an identifier like those of the service.
func newID(n int) string {
	const letters = "abcdefghijklmnopqrstuvwxyz0123456789"
	b := make([]byte, n)
	rand.Read(b)
	for i := range b {
		b[i] = letters[int(b[i])%len(letters)]
	}
	return string(b)
}
