package webtest

import (
	"bytes"
	"crypto/sha256"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"time"
)

// Files is a web server. Change its fields only before the first request.
type Files struct {
	Weak         bool // ETags are weak
	NoETag       bool // files have a time alone
	NoValidators bool // files have neither
	NoConditions bool // If-Match and its kin are ignored
	NoRanges     bool // every answer is the whole file

	mu     sync.Mutex
	files  map[string]file
	served int64
}

type file struct {
	data     []byte
	tag      string
	modified time.Time
}

// Set writes a file as of a time, whatever is there. The path begins with "/".
func (s *Files) Set(path string, data []byte, modified time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.files == nil {
		s.files = map[string]file{}
	}
	s.files[path] = file{data, fmt.Sprintf(`"%x"`, sha256.Sum256(data)), modified}
}

// Served is how many bytes of files have been sent.
func (s *Files) Served() int64 {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.served
}

// ServeHTTP implements http.Handler.
func (s *Files) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.mu.Lock()
	f, ok := s.files[r.URL.Path]
	s.mu.Unlock()
	if !ok {
		http.NotFound(w, r)
		return
	}
	r = r.Clone(r.Context())
	if s.NoRanges {
		r.Header.Del("Range")
	}
	if s.NoConditions {
		r.Header.Del("If-Match")
		r.Header.Del("If-Unmodified-Since")
	}
	s.validators(w.Header(), &f)
	http.ServeContent(counted{w, s}, r, strings.TrimPrefix(r.URL.Path, "/"), f.modified, bytes.NewReader(f.data))
}

// validators says which state of the file this is.
func (s *Files) validators(h http.Header, f *file) {
	switch {
	case s.NoValidators:
		f.modified = time.Time{}
	case s.Weak:
		h.Set("ETag", "W/"+f.tag)
	case !s.NoETag:
		h.Set("ETag", f.tag)
	}
}

type counted struct {
	http.ResponseWriter
	s *Files
}

func (c counted) Write(p []byte) (int, error) {
	n, err := c.ResponseWriter.Write(p)
	c.s.mu.Lock()
	defer c.s.mu.Unlock()
	c.s.served += int64(n)
	return n, err
}
