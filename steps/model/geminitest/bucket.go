package geminitest

import (
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

// bucket keeps the objects of Cloud Storage, as BUCKET/NAME with %2F for the slashes of the name. A bucket is there as
// soon as something is put into it. Access is by any valid token.
type bucket struct{ dir string }

func (b bucket) path(name, object string) string {
	return filepath.Join(b.dir, url.PathEscape(name), url.QueryEscape(object))
}

// split reads gs://BUCKET/NAME.
func split(uri string) (name, object string, err error) {
	rest, ok := strings.CutPrefix(uri, "gs://")
	name, object, _ = strings.Cut(rest, "/")
	if !ok || name == "" || object == "" {
		return "", "", fmt.Errorf("%q is not of the form gs://BUCKET/NAME", uri)
	}
	return name, object, nil
}

func (b bucket) read(uri string) ([]byte, error) {
	name, object, err := split(uri)
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(b.path(name, object))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, errors.New("there is no such object")
	}
	return text, err
}

// move makes a file an object.
func (b bucket) move(from, uri string) error {
	name, object, err := split(uri)
	if err != nil {
		return err
	}
	to := b.path(name, object)
	if err := os.MkdirAll(filepath.Dir(to), 0o700); err != nil {
		return err
	}
	return os.Rename(from, to)
}

// putObject takes an object in: uploadType=media, multipart, or resumable in one piece.
func (s *Server) putObject(q *request) {
	query := q.r.URL.Query()
	name, data, err := objectIn(q.r)
	if err != nil {
		s.book.violation("%s: %v", q.call, err)
	}
	q.id = cmp.Or(name, query.Get("name"), query.Get("upload_id"))
	s.run(q, q.bucket+"/"+q.id, q.id, func() (reply, *refusal) {
		switch {
		case err != nil:
			return reply{}, badRequest("%v", err)
		case q.id == "":
			return reply{}, badRequest("Required parameter: name")
		case query.Get("uploadType") == "resumable" && query.Get("upload_id") == "":
			h := http.Header{}
			h.Set("Location", s.url+"/upload/storage/v1/b/"+q.bucket+"/o?uploadType=resumable&upload_id="+url.QueryEscape(q.id))
			return reply{header: h, body: []byte{}}, nil
		}
		path := s.bucket.path(q.bucket, q.id)
		if query.Get("ifGenerationMatch") == "0" && size(path) > 0 {
			return reply{}, refuse(http.StatusPreconditionFailed, "FAILED_PRECONDITION", "At least one of the pre-conditions you specified did not hold.")
		}
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o700), replaceFile(path, data)); err != nil {
			return reply{}, failure(err)
		}
		return reply{body: s.aboutObject(q.bucket, q.id)}, nil
	})
}

// objectIn reads the name, if it is there, and the bytes.
func objectIn(r *http.Request) (name string, data []byte, err error) {
	body := http.MaxBytesReader(nil, r.Body, maxFile)
	switch kind := r.URL.Query().Get("uploadType"); {
	case kind == "resumable" && !r.URL.Query().Has("upload_id"):
		err = nameIn(body, &name)
	case kind == "multipart":
		_, parameters, wrong := mime.ParseMediaType(r.Header.Get("Content-Type"))
		if wrong != nil {
			return "", nil, wrong
		}
		return partsIn(multipart.NewReader(body, parameters["boundary"]))
	case kind == "media" || kind == "resumable":
		data, err = io.ReadAll(body)
	default:
		err = fmt.Errorf("uploadType %q is unknown", kind)
	}
	return name, data, err
}

func partsIn(r *multipart.Reader) (name string, data []byte, err error) {
	about, err := r.NextPart()
	if err == nil {
		err = nameIn(about, &name)
	}
	if err != nil {
		return "", nil, err
	}
	bytes, err := r.NextPart()
	if err != nil {
		return "", nil, err
	}
	data, err = io.ReadAll(bytes)
	return name, data, err
}

func nameIn(from io.Reader, name *string) error {
	text, err := io.ReadAll(from)
	if err != nil || len(bytes.TrimSpace(text)) == 0 {
		return err
	}
	var about struct {
		Name string `json:"name"`
	}
	err = json.Unmarshal(text, &about)
	*name = about.Name
	return err
}

func (s *Server) aboutObject(name, object string) map[string]any {
	info, err := os.Stat(s.bucket.path(name, object))
	if err != nil {
		return nil
	}
	return map[string]any{"kind": "storage#object", "name": object, "bucket": name, "size": decimal(info.Size()),
		"generation": decimal(info.ModTime().UnixMicro()), "updated": info.ModTime().UTC().Format(time.RFC3339Nano)}
}

// object sends the bytes of an object, or a range of them, tells of it, or deletes it.
func (s *Server) object(q *request) {
	s.run(q, q.bucket+"/"+q.id, q.id, func() (reply, *refusal) {
		about := s.aboutObject(q.bucket, q.id)
		path := s.bucket.path(q.bucket, q.id)
		switch {
		case about == nil:
			return reply{}, notFound(q.asked)
		case q.r.Method == http.MethodDelete:
			if err := removeAll(path); err != nil {
				return reply{}, failure(err)
			}
			return reply{status: http.StatusNoContent, body: []byte{}}, nil
		case q.r.URL.Query().Get("alt") != "media":
			return reply{body: about}, nil
		}
		return media(path, q.r.Header.Get("Range"))
	})
}

// media sends bytes: all, or "bytes=FROM-TO", "bytes=FROM-".
func media(path, asked string) (reply, *refusal) {
	f, err := os.Open(path)
	if err != nil {
		return reply{}, failure(err)
	}
	n := size(path)
	from, to, status := int64(0), n, http.StatusOK
	if spec, ok := strings.CutPrefix(asked, "bytes="); ok {
		first, last, _ := strings.Cut(spec, "-")
		from, err = strconv.ParseInt(first, 10, 64)
		if end, wrong := strconv.ParseInt(last, 10, 64); wrong == nil {
			to = min(end+1, n)
		}
		if status = http.StatusPartialContent; err != nil || from < 0 || from >= to {
			f.Close()
			return reply{}, refuse(http.StatusRequestedRangeNotSatisfiable, "OUT_OF_RANGE", "The requested range cannot be satisfied.")
		}
	}
	h := http.Header{}
	if status == http.StatusPartialContent {
		h.Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, to-1, n))
	}
	return reply{status: status, header: h, body: part{io.NewSectionReader(f, from, to-from), f}}, nil
}

// listObjects lists what begins with a prefix, by name.
func (s *Server) listObjects(q *request) {
	query := q.r.URL.Query()
	prefix, after := query.Get("prefix"), query.Get("pageToken")
	s.run(q, q.bucket+"/"+prefix, prefix, func() (reply, *refusal) {
		most, err := strconv.Atoi(cmp.Or(query.Get("maxResults"), "1000"))
		if err != nil || most < 1 {
			return reply{}, badRequest("Invalid value for maxResults")
		}
		entries, err := os.ReadDir(filepath.Dir(s.bucket.path(q.bucket, "-")))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return reply{}, failure(err)
		}
		var names []string
		for _, e := range entries {
			name, err := url.QueryUnescape(e.Name())
			if err == nil && strings.HasPrefix(name, prefix) && name > after && !strings.HasPrefix(e.Name(), ".new-") {
				names = append(names, name)
			}
		}
		slices.Sort(names)
		next := ""
		if len(names) > most {
			names, next = names[:most], names[most-1]
		}
		var items []any
		for _, name := range names {
			items = append(items, s.aboutObject(q.bucket, name))
		}
		return reply{body: listing("items", items, next)}, nil
	})
}
