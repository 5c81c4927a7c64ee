package blobtest

import (
	"crypto/md5"
	"encoding/hex"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// A Shelf is what a service holds, and how it behaves. Change its fields only before the first request.
type Shelf struct {
	Bucket           string // the one bucket there is
	PageSize         int    // names in a page at most; 0 = 1,000
	Dir              string // S3 alone: folder that objects lie in as files; "" = in memory
	IgnoreConditions bool   // every put wins, as on services that do not know conditions
	Public           bool   // strangers may read

	// Now is the clock of the service; nil = that of this machine.
	Now func() time.Time

	mu      sync.Mutex
	objects map[string]object
	uploads map[string]*upload
	made    int64 // generations given so far
}

type object struct {
	data    []byte
	mark    string
	tag     string
	made    int64 // its generation
	written time.Time
}

type upload struct {
	mark  string
	parts map[int][]byte
}

// Set stores an object, whatever is there, as somebody else's put would.
func (s *Shelf) Set(name string, data []byte) {
	sum := md5.Sum(data)
	s.put(name, data, "", `"`+hex.EncodeToString(sum[:])+`"`, func(*object) bool { return true })
}

// Names lists what is there, in order.
func (s *Shelf) Names() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.keys("")
}

// keys lists what is there with a prefix, in order.
func (s *Shelf) keys(prefix string) []string {
	if s.Dir != "" {
		return s.listFiles(prefix)
	}
	all := slices.Sorted(maps.Keys(s.objects))
	return slices.DeleteFunc(all, func(key string) bool { return !strings.HasPrefix(key, prefix) })
}

// Uploads is the number of uploads in parts that were begun and neither finished nor abandoned.
func (s *Shelf) Uploads() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.uploads)
}

func (s *Shelf) now() time.Time {
	if s.Now != nil {
		return s.Now()
	}
	return time.Now()
}

func (s *Shelf) get(key string) (object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.find(key)
}

func (s *Shelf) find(key string) (object, bool) {
	if s.Dir != "" {
		return s.loadFile(key)
	}
	o, ok := s.objects[key]
	return o, ok
}

// put stores an object if the one that is there, nil for none, is as the condition wants it.
func (s *Shelf) put(key string, data []byte, mark, tag string, holds func(there *object) bool) (object, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	var there *object
	if o, ok := s.find(key); ok {
		there = &o
	}
	if !s.IgnoreConditions && !holds(there) {
		return object{}, false
	}
	if s.objects == nil {
		s.objects = map[string]object{}
	}
	s.made++
	if tag == "" {
		tag = fmt.Sprint(s.made + 1000)
	}
	made := object{data: data, mark: mark, tag: tag, made: s.made + 1000, written: s.now()}
	if s.Dir == "" {
		s.objects[key] = made
		return made, true
	}
	s.objects[key] = object{mark: mark}
	return made, s.saveFile(key, data) == nil
}

func (s *Shelf) remove(key string) (there bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	_, there = s.find(key)
	delete(s.objects, key)
	if s.Dir != "" {
		os.Remove(s.path(key))
	}
	return there
}

// page lists at most n names with a prefix after a name, and tells whether there are more. What a delimiter behind the
// prefix cuts off stands there once, for all that begins with it.
func (s *Shelf) page(prefix, delimiter, after string, n int) (names []string, more bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, name := range s.keys(prefix) {
		rest := strings.TrimPrefix(name, prefix)
		if at := strings.Index(rest, delimiter); delimiter != "" && at >= 0 {
			name = prefix + rest[:at+len(delimiter)]
		}
		if after != "" && name <= after || len(names) > 0 && names[len(names)-1] == name {
			continue
		}
		if len(names) == s.most(n) {
			return names, true
		}
		names = append(names, name)
	}
	return names, false
}

// inPage returns an object of a page, or false for what a delimiter has cut off.
func (s *Shelf) inPage(name, prefix, delimiter string) (object, bool) {
	if delimiter != "" && name != prefix && strings.HasSuffix(name, delimiter) {
		return object{}, false
	}
	return s.get(name)
}

func (s *Shelf) most(n int) int {
	if s.PageSize > 0 {
		return min(n, s.PageSize)
	}
	return min(n, 1000)
}

// cut returns the bytes that a Range header asks for, if there are any, and says which they are.
func cut(data []byte, asked string) (part []byte, told string, ok bool) {
	var first, last int
	if _, err := fmt.Sscanf(asked, "bytes=%d-%d", &first, &last); err != nil || first >= len(data) || last < first {
		return nil, "", false
	}
	end := min(last+1, len(data))
	return data[first:end], fmt.Sprintf("bytes %d-%d/%d", first, end-1, len(data)), true
}
