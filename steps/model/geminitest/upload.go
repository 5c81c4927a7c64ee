package geminitest

import (
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// upload is a file that is still to come, by the resumable protocol.
type upload struct {
	ID    string `json:"id"`
	Owner string `json:"owner"`
	File  string `json:"file"` // id of the file that it becomes
	Name  string `json:"name"`
	Type  string `json:"type"`
	Size  int64  `json:"size"` // as announced, -1 if not
	Done  bool   `json:"done"`
}

func decimal(n int64) string { return strconv.FormatInt(n, 10) }

func (f *files) piece(id string) string { return filepath.Join(f.dir, "uploads", id+".data") }

func (f *files) keep(u *upload) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.uploads[u.ID] = u
	return writeJSON(filepath.Join(f.dir, "uploads", u.ID+".json"), u)
}

func (f *files) uploading(id, owner string) (*upload, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	u := f.uploads[id]
	return u, u != nil && u.Owner == owner
}

var (
	startShape = shape{"file": fields("name", "displayName", "mimeType")}
	fileName   = regexp.MustCompile(`^files/[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)
	mediaType  = regexp.MustCompile(`^[\w.+-]+/[\w.+-]+$`)
)

// startUpload gives an address to send the bytes to.
func (s *Server) startUpload(q *request) {
	v, f := s.readBody(q, startShape)
	about, _ := v["file"].(map[string]any)
	text := fmt.Sprint(about["displayName"], " ", about["name"])
	s.run(q, "", text, func() (reply, *refusal) {
		if f != nil {
			return reply{}, f
		}
		u, f := s.announced(q, about)
		if f != nil {
			return reply{}, f
		}
		if err := s.files.keep(u); err != nil {
			return reply{}, failure(err)
		}
		h := http.Header{}
		h.Set("X-Goog-Upload-URL", s.url+"/upload/v1beta/files?upload_id="+u.ID+"&upload_protocol=resumable")
		h.Set("X-Goog-Upload-Status", "active")
		h.Set("X-Goog-Upload-Chunk-Granularity", "8388608")
		return reply{header: h, body: []byte{}}, nil
	})
}

// announced reads what a client says of the file that it is going to send.
func (s *Server) announced(q *request, about map[string]any) (*upload, *refusal) {
	h := q.r.Header
	if h.Get("X-Goog-Upload-Protocol") != "resumable" || h.Get("X-Goog-Upload-Command") != "start" {
		s.book.violation("upload: not the resumable protocol")
		return nil, badRequest("Only the resumable upload protocol is supported.")
	}
	name, _ := about["name"].(string)
	display, _ := about["displayName"].(string)
	kind, _ := about["mimeType"].(string)
	kind = cmp.Or(h.Get("X-Goog-Upload-Header-Content-Type"), kind)
	size, err := strconv.ParseInt(cmp.Or(h.Get("X-Goog-Upload-Header-Content-Length"), "-1"), 10, 64)
	switch {
	case err != nil:
		return nil, badRequest("Invalid X-Goog-Upload-Header-Content-Length.")
	case kind != "jsonl" && !mediaType.MatchString(kind):
		return nil, badRequest("Unsupported MIME type: %s", kind)
	case name != "" && !fileName.MatchString(name):
		return nil, badRequest("* CreateFileRequest.file.name: File ID must be lowercase alphanumeric or dashes, at most 40 characters.\n")
	case size > maxFile:
		return nil, badRequest("File is too large: at most %d bytes.", maxFile)
	}
	id := strings.TrimPrefix(name, "files/")
	if _, there := s.files.get(id, q.owner, s.clock.now()); there {
		return nil, refuse(http.StatusConflict, "ALREADY_EXISTS", "Requested entity already exists")
	}
	return &upload{ID: newID(40), Owner: q.owner, File: cmp.Or(id, newID(12)), Name: display, Type: kind, Size: size}, nil
}

// chunk takes in a piece of a file, and ends the upload when asked to.
func (s *Server) chunk(q *request) {
	u, ok := s.files.uploading(q.id, q.owner)
	temp, n, err := s.receive(q.r.Body)
	if err != nil {
		reset(q.w)
		return
	}
	name := ""
	if u != nil {
		name = u.Name
	}
	// Uploads are known by their name and place, since their ids are random.
	place := name + " " + q.r.Header.Get("X-Goog-Upload-Offset")
	s.run(q, place, name, func() (reply, *refusal) {
		if !ok {
			return reply{}, notFound(q.asked)
		}
		command := q.r.Header.Get("X-Goog-Upload-Command")
		if command == "query" {
			return s.progress(u), nil
		}
		if f := s.take(q, u, temp, n); f != nil {
			return reply{}, f
		}
		if !strings.Contains(command, "finalize") {
			return reply{body: []byte{}, header: uploadStatus("active")}, nil
		}
		return s.finalize(q, u)
	})
	removeAll(temp)
}

func uploadStatus(status string) http.Header {
	h := http.Header{}
	h.Set("X-Goog-Upload-Status", status)
	return h
}

// progress tells how much has arrived.
func (s *Server) progress(u *upload) reply {
	if f, ok := s.files.get(u.File, u.Owner, s.clock.now()); ok && u.Done {
		return reply{header: uploadStatus("final"), body: map[string]any{"file": f.describe(s.url)}}
	}
	h := uploadStatus("active")
	h.Set("X-Goog-Upload-Size-Received", decimal(size(s.files.piece(u.ID))))
	return reply{body: []byte{}, header: h}
}

// receive writes a body to a temporary file.
func (s *Server) receive(body io.Reader) (path string, n int64, err error) {
	f, err := os.CreateTemp(filepath.Join(s.opt.Dir, "uploads"), ".piece-*")
	if err != nil {
		return "", 0, err
	}
	n, err = io.Copy(f, io.LimitReader(body, maxFile+1))
	if err = errors.Join(err, f.Close()); err != nil {
		return "", 0, errors.Join(err, removeAll(f.Name()))
	}
	return f.Name(), n, nil
}

// take adds a piece behind those that are there. A piece that is there already is written again, as after a lost reply.
func (s *Server) take(q *request, u *upload, temp string, n int64) *refusal {
	if u.Done {
		return badRequest("Upload has already been terminated.")
	}
	offset, err := strconv.ParseInt(cmp.Or(q.r.Header.Get("X-Goog-Upload-Offset"), "0"), 10, 64)
	if have := size(s.files.piece(u.ID)); err != nil || offset < 0 || offset > have {
		s.book.violation("upload: a piece at %d, where %d bytes have arrived", offset, have)
		return badRequest("Unexpected offset %d: %d bytes have been received.", offset, have)
	}
	if offset+n > maxFile {
		return badRequest("File is too large: at most %d bytes.", maxFile)
	}
	if err := appendAt(s.files.piece(u.ID), temp, offset); err != nil {
		return failure(err)
	}
	return nil
}

// appendAt writes a file into another one from an offset on, and ends it there.
func appendAt(path, from string, offset int64) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	defer in.Close()
	out, err := os.OpenFile(path, os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	err = out.Truncate(offset)
	if err == nil {
		_, err = io.Copy(io.NewOffsetWriter(out, offset), in)
	}
	return errors.Join(err, out.Close())
}

// finalize makes a file of what was uploaded.
func (s *Server) finalize(q *request, u *upload) (reply, *refusal) {
	at := s.files.piece(u.ID)
	sum, n, err := digest(at)
	if err != nil {
		return reply{}, failure(err)
	}
	if u.Size >= 0 && n != u.Size {
		s.book.violation("upload: %d bytes announced, %d sent", u.Size, n)
		return reply{}, badRequest("Upload is incomplete: %d of %d bytes.", n, u.Size)
	}
	if s.shelf(q.owner)+n > maxShelf {
		return reply{}, badRequest("File storage quota exceeded: at most %d bytes.", maxShelf)
	}
	f := &file{ID: u.File, Owner: q.owner, Name: u.Name, Type: u.Type, Size: n, SHA256: sum, Created: s.clock.now()}
	if err := s.files.add(f, at); err != nil {
		return reply{}, failure(err)
	}
	done := *u
	done.Done = true
	if err := s.files.keep(&done); err != nil {
		return reply{}, failure(err)
	}
	a := reply{header: uploadStatus("final"), body: map[string]any{"file": f.describe(s.url)}}
	if q.throw.fault == NoFile {
		a.body = map[string]any{}
	}
	return a, nil
}

// shelf is how many bytes an owner's files take.
func (s *Server) shelf(owner string) int64 {
	var n int64
	for _, f := range s.files.list(owner, s.clock.now()) {
		n += f.Size
	}
	return n
}

func digest(path string) (sum []byte, n int64, err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_RDONLY, 0o600)
	if err != nil {
		return nil, 0, err
	}
	defer f.Close()
	h := sha256.New()
	n, err = io.Copy(h, f)
	return h.Sum(nil), n, err
}
