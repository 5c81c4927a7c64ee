package blobtest

import (
	"crypto/md5"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/xml"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// Key is the access key that S3 takes, with any secret.
const Key = "AKIATEST"

// S3 is a service that speaks the protocol of Amazon S3, with the bucket in the path.
type S3 struct {
	Shelf
	Region string // of the bucket; "" = us-east-1
}

func (s *S3) region() string {
	if s.Region == "" {
		return "us-east-1"
	}
	return s.Region
}

// ServeHTTP implements http.Handler.
func (s *S3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Date", s.now().UTC().Format(http.TimeFormat))
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return // the client has gone
	}
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch status, code := s.check(r, bucket, data); {
	case code != "":
		w.Header().Set("X-Amz-Bucket-Region", s.region())
		refuse(w, status, code)
	case r.URL.Query().Get("list-type") == "2":
		s.list(w, r)
	case r.URL.Query().Has("uploads") || r.URL.Query().Has("uploadId"):
		s.inParts(w, r, key, data)
	default:
		s.object(w, r, key, data)
	}
}

// check refuses what has no right to be answered.
func (s *S3) check(r *http.Request, bucket string, data []byte) (status int, code string) {
	sha, sum := sha256.Sum256(data), md5.Sum(data)
	wanted := r.Header.Get("Content-Md5")
	switch auth := r.Header.Get("Authorization"); {
	case auth == "" && s.Public && (r.Method == http.MethodGet || r.Method == http.MethodHead) && bucket == s.Bucket:
		return 0, ""
	case auth == "":
		return http.StatusForbidden, "AccessDenied"
	case !strings.Contains(auth, "Credential="+Key+"/"):
		return http.StatusForbidden, "InvalidAccessKeyId"
	case bucket != s.Bucket:
		return http.StatusNotFound, "NoSuchBucket"
	case !strings.Contains(auth, "/"+s.region()+"/s3/"):
		return http.StatusBadRequest, "AuthorizationHeaderMalformed"
	case r.Header.Get("X-Amz-Content-Sha256") != hex.EncodeToString(sha[:]):
		return http.StatusBadRequest, "XAmzContentSHA256Mismatch"
	case wanted != "" && wanted != base64.StdEncoding.EncodeToString(sum[:]):
		return http.StatusBadRequest, "BadDigest"
	}
	return 0, ""
}

func refuse(w http.ResponseWriter, status int, code string) {
	answer(w, status, struct {
		XMLName       xml.Name `xml:"Error"`
		Code, Message string
	}{Code: code, Message: "refused by the test"})
}

func answer(w http.ResponseWriter, status int, v any) {
	text, err := xml.Marshal(v)
	if err != nil {
		panic(err)
	}
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	w.Write(text)
}

func (s *S3) object(w http.ResponseWriter, r *http.Request, key string, data []byte) {
	switch r.Method {
	case http.MethodPut:
		s.store(w, r, key, data, r.Header.Get("X-Amz-Meta-Sftrun-Put"), nil)
	case http.MethodDelete:
		s.remove(key)
		w.WriteHeader(http.StatusNoContent)
	default:
		s.read(w, r, key)
	}
}

// store carries out a put, or the end of an upload in parts, under the condition in the header.
func (s *S3) store(w http.ResponseWriter, r *http.Request, key string, data []byte, mark string, done any) {
	match := r.Header.Get("If-Match")
	if _, there := s.get(key); match != "" && !there && !s.IgnoreConditions {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	o, ok := s.put(key, data, mark, tagOf(data), func(there *object) bool {
		if match != "" {
			return there != nil && there.tag == match
		}
		return there == nil || r.Header.Get("If-None-Match") != "*"
	})
	if !ok {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	w.Header().Set("ETag", o.tag)
	if done != nil {
		answer(w, http.StatusOK, done)
	}
}

func (s *S3) read(w http.ResponseWriter, r *http.Request, key string) {
	o, ok := s.get(key)
	if !ok {
		refuse(w, http.StatusNotFound, "NoSuchKey")
		return
	}
	if match := r.Header.Get("If-Match"); match != "" && match != o.tag {
		refuse(w, http.StatusPreconditionFailed, "PreconditionFailed")
		return
	}
	h, status, data, told := w.Header(), http.StatusOK, o.data, ""
	if asked := r.Header.Get("Range"); asked != "" {
		if data, told, ok = cut(o.data, asked); !ok {
			refuse(w, http.StatusRequestedRangeNotSatisfiable, "InvalidRange")
			return
		}
		status = http.StatusPartialContent
		h.Set("Content-Range", told)
	}
	h.Set("ETag", o.tag)
	h.Set("Last-Modified", o.written.UTC().Format(http.TimeFormat))
	h.Set("X-Amz-Meta-Sftrun-Put", o.mark)
	h.Set("Content-Length", strconv.Itoa(len(data)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		w.Write(data)
	}
}

func (s *S3) list(w http.ResponseWriter, r *http.Request) {
	type entry struct {
		Key          string
		Size         int
		ETag         string
		LastModified string
	}
	type folder struct{ Prefix string }
	var listing struct {
		XMLName               xml.Name `xml:"ListBucketResult"`
		IsTruncated           bool
		NextContinuationToken string
		Contents              []entry
		CommonPrefixes        []folder
	}
	q := r.URL.Query()
	n := 1000
	if asked, err := strconv.Atoi(q.Get("max-keys")); err == nil {
		n = asked
	}
	names, more := s.page(q.Get("prefix"), q.Get("delimiter"), q.Get("continuation-token"), n)
	for _, name := range names {
		o, there := s.inPage(name, q.Get("prefix"), q.Get("delimiter"))
		if !there {
			listing.CommonPrefixes = append(listing.CommonPrefixes, folder{name})
			continue
		}
		listing.Contents = append(listing.Contents, entry{Key: name, Size: len(o.data), ETag: o.tag, LastModified: o.written.UTC().Format(time.RFC3339)})
	}
	if listing.IsTruncated = more; more {
		listing.NextContinuationToken = names[len(names)-1]
	}
	answer(w, http.StatusOK, listing)
}

// inParts serves the four requests of an upload in parts.
func (s *S3) inParts(w http.ResponseWriter, r *http.Request, key string, data []byte) {
	s.mu.Lock()
	id := r.URL.Query().Get("uploadId")
	if r.URL.Query().Has("uploads") {
		if s.uploads == nil {
			s.uploads = map[string]*upload{}
		}
		s.made++
		id = fmt.Sprint("upload-", s.made)
		s.uploads[id] = &upload{mark: r.Header.Get("X-Amz-Meta-Sftrun-Put"), parts: map[int][]byte{}}
	}
	u := s.uploads[id]
	s.mu.Unlock()
	if u == nil {
		refuse(w, http.StatusNotFound, "NoSuchUpload")
		return
	}
	s.part(w, r, key, id, u, data)
}

func (s *S3) part(w http.ResponseWriter, r *http.Request, key, id string, u *upload, data []byte) {
	switch {
	case r.URL.Query().Has("uploads"):
		answer(w, http.StatusOK, struct {
			XMLName  xml.Name `xml:"InitiateMultipartUploadResult"`
			UploadId string
		}{UploadId: id})
	case r.Method == http.MethodPut:
		number, _ := strconv.Atoi(r.URL.Query().Get("partNumber"))
		s.mu.Lock()
		u.parts[number] = data
		s.mu.Unlock()
		w.Header().Set("ETag", fmt.Sprintf(`"part-%d"`, number))
	case r.Method == http.MethodDelete:
		s.forget(id)
		w.WriteHeader(http.StatusNoContent)
	default:
		s.finish(w, r, key, id, u, data)
	}
}

func (s *S3) finish(w http.ResponseWriter, r *http.Request, key, id string, u *upload, text []byte) {
	var list struct {
		Part []struct {
			ETag       string
			PartNumber int
		}
	}
	if err := xml.Unmarshal(text, &list); err != nil {
		refuse(w, http.StatusBadRequest, "MalformedXML")
		return
	}
	var whole []byte
	s.mu.Lock()
	for _, p := range list.Part {
		whole = append(whole, u.parts[p.PartNumber]...)
	}
	s.mu.Unlock()
	done := struct {
		XMLName xml.Name `xml:"CompleteMultipartUploadResult"`
		ETag    string
	}{ETag: "whole"}
	if _, taken := s.get(key); !taken || s.IgnoreConditions {
		defer s.forget(id)
	}
	s.store(w, r, key, whole, u.mark, done)
}

func (s *S3) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.uploads, id)
}
