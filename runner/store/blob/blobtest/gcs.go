package blobtest

import (
	"bytes"
	"crypto/md5"
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// GCS is a service that speaks the JSON interface of Google Cloud Storage.
type GCS struct {
	Shelf
	Composed bool // objects were put together from others, which leaves them without an MD5
}

// ServeHTTP implements http.Handler.
func (s *GCS) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	path, upload := strings.CutPrefix(r.URL.EscapedPath(), "/upload")
	rest, ok := strings.CutPrefix(path, "/storage/v1/b/"+s.Bucket+"/o")
	key, err := url.PathUnescape(strings.TrimPrefix(rest, "/"))
	switch {
	case !ok:
		say(w, http.StatusNotFound, "notFound", "The specified bucket does not exist.")
	case err != nil:
		say(w, http.StatusBadRequest, "invalid", err.Error())
	case upload:
		s.upload(w, r)
	case key == "":
		s.list(w, r)
	default:
		s.object(w, r, key)
	}
}

func (o object) generation() string { return fmt.Sprint(o.made) }

func say(w http.ResponseWriter, status int, reason, message string) {
	w.WriteHeader(status)
	fmt.Fprintf(w, `{"error":{"code":%d,"message":%q,"errors":[{"reason":%q,"message":%q}]}}`, status, message, reason, message)
}

func (s *GCS) upload(w http.ResponseWriter, r *http.Request) {
	name, sum, mark, data, err := partsOf(r)
	if err != nil {
		say(w, http.StatusBadRequest, "invalid", err.Error())
		return
	}
	if want := crc32c(data); want != sum {
		say(w, http.StatusBadRequest, "invalid", "Provided CRC32C \""+sum+"\" doesn't match calculated CRC32C \""+want+"\".")
		return
	}
	match := r.URL.Query().Get("ifGenerationMatch")
	_, ok := s.put(name, data, mark, "", func(there *object) bool {
		if there == nil {
			return match == "" || match == "0"
		}
		return match == "" || there.generation() == match
	})
	if !ok {
		say(w, http.StatusPreconditionFailed, "conditionNotMet", "At least one of the pre-conditions you specified did not hold.")
		return
	}
	s.describe(w, name)
}

// partsOf reads the description and the bytes of an upload.
func partsOf(r *http.Request) (name, sum, mark string, data []byte, err error) {
	_, parameters, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return "", "", "", nil, err
	}
	parts := multipart.NewReader(r.Body, parameters["boundary"])
	var texts [2][]byte
	for i := range texts {
		p, err := parts.NextPart()
		if err != nil {
			return "", "", "", nil, err
		}
		if texts[i], err = io.ReadAll(p); err != nil {
			return "", "", "", nil, err
		}
	}
	var about struct {
		Name, CRC32C string
		Metadata     map[string]string
	}
	err = json.NewDecoder(bytes.NewReader(texts[0])).Decode(&about)
	return about.Name, about.CRC32C, about.Metadata["sftrun-put"], texts[1], err
}

func (s *GCS) object(w http.ResponseWriter, r *http.Request, key string) {
	o, ok := s.get(key)
	generation := r.URL.Query().Get("generation")
	switch {
	case !ok || generation != "" && generation != o.generation():
		say(w, http.StatusNotFound, "notFound", "No such object: "+s.Bucket+"/"+key)
	case r.Method == http.MethodDelete:
		s.remove(key)
		w.WriteHeader(http.StatusNoContent)
	case r.URL.Query().Get("alt") == "media":
		s.media(w, r, o)
	default:
		s.describe(w, key)
	}
}

func (s *GCS) media(w http.ResponseWriter, r *http.Request, o object) {
	data, status := o.data, http.StatusOK
	if asked := r.Header.Get("Range"); asked != "" {
		var ok bool
		var told string
		if data, told, ok = cut(o.data, asked); !ok {
			say(w, http.StatusRequestedRangeNotSatisfiable, "requestedRangeNotSatisfiable", "Request range not satisfiable")
			return
		}
		status = http.StatusPartialContent
		w.Header().Set("Content-Range", told)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	w.Write(data)
}

func (s *GCS) describe(w http.ResponseWriter, key string) {
	json.NewEncoder(w).Encode(s.description(key))
}

func (s *GCS) description(key string) map[string]any {
	o, _ := s.get(key)
	about := map[string]any{
		"name": key, "size": fmt.Sprint(len(o.data)), "generation": o.generation(), "crc32c": crc32c(o.data),
		"updated": o.written.UTC().Format(time.RFC3339Nano), "metadata": map[string]string{"sftrun-put": o.mark},
	}
	if !s.Composed {
		sum := md5.Sum(o.data)
		about["md5Hash"] = base64.StdEncoding.EncodeToString(sum[:])
	}
	return about
}

func crc32c(data []byte) string {
	sum := crc32.Checksum(data, crc32.MakeTable(crc32.Castagnoli))
	return base64.StdEncoding.EncodeToString(binary.BigEndian.AppendUint32(nil, sum))
}

func (s *GCS) list(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	n, _ := strconv.Atoi(q.Get("maxResults"))
	names, more := s.page(q.Get("prefix"), q.Get("delimiter"), q.Get("pageToken"), n)
	items, folders := []map[string]any{}, []string{}
	for _, name := range names {
		if _, there := s.inPage(name, q.Get("prefix"), q.Get("delimiter")); there {
			items = append(items, s.description(name))
		} else {
			folders = append(folders, name)
		}
	}
	listing := map[string]any{"items": items, "prefixes": folders}
	if more {
		listing["nextPageToken"] = names[len(names)-1]
	}
	json.NewEncoder(w).Encode(listing)
}
