package web_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"math/rand/v2"

	"go.uber.org/goleak"

	"sftrun.local/runner/outside/ranges"
	"sftrun.local/runner/outside/web"
	"sftrun.local/runner/outside/webtest"
	"sftrun.local/steps"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// serve starts a server and returns its address.
func serve(t *testing.T, h http.Handler) string {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// newSource reads blocks of 1,000 bytes and does not really wait.
func newSource(t *testing.T) *web.Source {
	s := web.New(web.Options{Ranges: ranges.Options{
		BlockSize: 1000, CacheSize: 4000, Stall: 200 * time.Millisecond,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	}})
	t.Cleanup(s.Close)
	return s
}

func noise(n int) []byte {
	data := make([]byte, n)
	rand.NewChaCha8([32]byte{1}).Read(data)
	return data
}

func list(t *testing.T, s *web.Source, address string) steps.Shard {
	t.Helper()
	found, err := s.List(t.Context(), steps.Wanted{From: address, Split: "train"})
	if err != nil {
		t.Fatal(err)
	}
	return found.Shards[0]
}

func read(t *testing.T, s *web.Source, shard steps.Shard, n int) ([]byte, error) {
	r, err := s.Open(t.Context(), shard)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	var all []byte
	for buf := make([]byte, n); ; {
		n, err := r.ReadAt(buf, int64(len(all)))
		all = append(all, buf[:n]...)
		if err == io.EOF {
			return all, nil
		}
		if err != nil {
			return all, err
		}
	}
}

func TestAFileIsReadWhateverTheServerDoes(t *testing.T) {
	data := noise(25_500)
	for name, files := range map[string]*webtest.Files{
		"strong": {}, "weak": {Weak: true}, "time alone": {NoETag: true}, "no conditions": {NoConditions: true},
	} {
		t.Run(name, func(t *testing.T) {
			files.Set("/v1/a.jsonl", data, noon)
			faulty := &webtest.Faulty{Server: files, Rate: 0.3, Seed: 3}
			address := serve(t, faulty) + "/v1/a.jsonl"
			for _, n := range []int{100, 1700, 30_000} {
				s := newSource(t)
				shard := list(t, s, address)
				if shard.Name != "a.jsonl" || shard.Place != address || shard.Size != 25_500 || !s.Claims(shard.Place) {
					t.Errorf("%+v", shard)
				}
				got, err := read(t, s, shard, n)
				if err != nil || !bytes.Equal(got, data) {
					t.Errorf("%d at a time: %d bytes, %v", n, len(got), err)
				}
			}
			if faulty.Faults() == 0 {
				t.Error("nothing went wrong")
			}
		})
	}
}

func TestAFileThatChangesIsNotMixed(t *testing.T) {
	data := noise(50_000)
	for name, files := range map[string]*webtest.Files{
		"strong": {}, "weak": {Weak: true}, "time alone": {NoETag: true}, "no conditions": {NoConditions: true}, "no conditions, weak": {NoConditions: true, Weak: true},
	} {
		t.Run(name, func(t *testing.T) {
			files.Set("/a.jsonl", data, noon)
			s := newSource(t)
			shard := list(t, s, serve(t, files)+"/a.jsonl")
			r, err := s.Open(t.Context(), shard)
			if err != nil {
				t.Fatal(err)
			}
			defer r.Close()
			if _, err := r.ReadAt(make([]byte, 10), 40_000); err != nil {
				t.Fatal(err)
			}
			files.Set("/a.jsonl", append([]byte("x"), data[1:]...), noon.Add(time.Minute)) // of the same size
			if _, err := r.ReadAt(make([]byte, 10), 0); !errors.Is(err, ranges.ErrChanged) {
				t.Errorf("in mid-read: %v", err)
			}
			if _, err := s.Open(t.Context(), shard); !errors.Is(err, ranges.ErrChanged) {
				t.Errorf("between listing and opening: %v", err)
			}
			if list(t, newSource(t), shard.Place).Digest == shard.Digest {
				t.Error("the digest is the same")
			}
		})
	}
}

func TestAServerThatHangsIsAskedAgain(t *testing.T) {
	data := noise(5000)
	files := &webtest.Files{}
	files.Set("/a.jsonl", data, noon)
	var once sync.Once
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Range") != "bytes=0-0" {
			once.Do(func() { <-r.Context().Done() })
		}
		files.ServeHTTP(w, r)
	}))
	s := newSource(t)
	if got, err := read(t, s, list(t, s, address+"/a.jsonl"), 100); err != nil || !bytes.Equal(got, data) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
}

func TestRedirectsAreFollowedAndNotShown(t *testing.T) {
	files := &webtest.Files{}
	files.Set("/store/a.jsonl", noise(5000), noon)
	gone := false
	var referers []string
	other := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		referers = append(referers, r.Header.Get("Referer")+r.Header.Get("Authorization"))
		if r.URL.Query().Get("X-Amz-Signature") != "verysecret" || gone {
			http.Error(w, "verysecret", http.StatusForbidden)
			return
		}
		files.ServeHTTP(w, r)
	}))
	address := serve(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, other+"/store/a.jsonl?X-Amz-Signature=verysecret", http.StatusFound)
	}))
	s := newSource(t)
	shard := list(t, s, address+"/a.jsonl?download=1")
	if got, err := read(t, s, shard, 100); err != nil || len(got) != 5000 {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if strings.Join(referers, "") != "" || strings.Contains(shard.Place, "verysecret") {
		t.Errorf("%q, %+v", referers, shard)
	}
	gone = true
	if _, err := read(t, s, shard, 100); err == nil || strings.Contains(err.Error(), "verysecret") || !strings.Contains(err.Error(), "a.jsonl?…: 127.0.0.1") {
		t.Error(err)
	}
}

func TestMistakesAreToldInTheUsersWords(t *testing.T) {
	status := func(code int, headers ...string) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			for i := 0; i < len(headers); i += 2 {
				w.Header().Set(headers[i], headers[i+1])
			}
			w.WriteHeader(code)
		})
	}
	plain := func(f *webtest.Files) http.Handler {
		f.Set("/a.jsonl", noise(500), noon)
		f.Set("/empty.jsonl", nil, noon)
		return f
	}
	for name, c := range map[string]struct {
		server     http.Handler
		path, want string
	}{
		"missing":     {plain(&webtest.Files{}), "/b.jsonl", "/b.jsonl: there is no such file (404 Not Found)"},
		"empty":       {plain(&webtest.Files{}), "/empty.jsonl", "/empty.jsonl: the file is empty"},
		"validators":  {plain(&webtest.Files{NoValidators: true}), "/a.jsonl", "/a.jsonl: the server tells neither a strong ETag nor when the file was modified"},
		"ranges":      {plain(&webtest.Files{NoRanges: true}), "/a.jsonl", "/a.jsonl: its server sends whole files and no parts of them, as which rows are read.  Download the file"},
		"login":       {status(401), "/a.jsonl", "wants to know who asks (401 Unauthorized), and no keys are sent to web servers"},
		"forbidden":   {status(403), "/a.jsonl", "wants to know who asks (403 Forbidden)"},
		"busy":        {status(429, "Retry-After", "7"), "/a.jsonl", "/a.jsonl could not be read: tried 5 times in "},
		"very busy":   {status(503, "Retry-After", "7200"), "/a.jsonl", "answered 503 Service Unavailable; it asks to wait 2h0m0s more"},
		"no size":     {status(206, "Content-Range", "bytes 0-0/*", "ETag", `"x"`), "/a.jsonl", "the server does not tell the size"},
		"packed":      {status(206, "Content-Range", "bytes 0-0/5", "ETag", `"x"`, "Content-Encoding", "gzip"), "/a.jsonl", "packs the file on the way (gzip)"},
		"circle":      {status(302, "Location", "/a.jsonl"), "/a.jsonl", "/a.jsonl redirects in a circle"},
		"unencrypted": {status(302, "Location", "http://example.com/x?X-Amz-Signature=verysecret"), "/a.jsonl", "/a.jsonl redirects to example.com without encryption, which is not followed"},
		"folder":      {status(200), "/", "names no file; a web server cannot be asked which files it has"},
		"glob":        {status(200), "/*.parquet", "a web server cannot be asked which files match; name them one by one"},
		"signed":      {status(200), "/a.jsonl?X-Amz-Signature=verysecret", "/a.jsonl?…: the query of the address holds what looks like a key or signature (X-Amz-Signature)"},
		"token":       {status(200), "/a.jsonl?access_token=verysecret", "(access_token)"},
		"long":        {status(200), "/a.jsonl?x=" + strings.Repeat("verysecret", 5), "(a long one)"},
		"bare":        {status(200), "/a.jsonl?verysecret;" + strings.Repeat("x", 50), "looks like a key"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := newSource(t).List(t.Context(), steps.Wanted{From: serve(t, c.server) + c.path})
			if err == nil || !strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "verysecret") || strings.Contains(err.Error(), "\n") {
				t.Errorf("%v, want %s", err, c.want)
			}
		})
	}
}

func TestAddressesThatAreNotAsked(t *testing.T) {
	for address, want := range map[string]string{
		"http://example.com/a.jsonl":            "http://example.com/a.jsonl is not encrypted, so that rows could be altered on the way; write https://",
		"https://me:verysecret@example.com/a.j": "https://example.com/a.j: a name or password in an address would lie open",
		"https:/example.com/a.jsonl":            "is no address like https://HOST/PATH/FILE.parquet",
		"https://verysecret@[::1/a?verysecret":  `"[::1/a" is no address`,
	} {
		s := newSource(t)
		if _, err := s.List(t.Context(), steps.Wanted{From: address}); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "verysecret") || !s.Claims(address) {
			t.Errorf("%s: %v, want %s", address, err, want)
		}
	}
	for _, address := range []string{"data/*.jsonl", "https", "hf://a/b", "s3://a/b", "/https:/x"} {
		if newSource(t).Claims(address) {
			t.Errorf("%s is claimed", address)
		}
	}
}

func BenchmarkRead(b *testing.B) {
	files := &webtest.Files{}
	files.Set("/a.jsonl", noise(256<<20), noon)
	server := httptest.NewServer(files)
	defer server.Close()
	s := web.New(web.Options{})
	defer s.Close()
	found, err := s.List(b.Context(), steps.Wanted{From: server.URL + "/a.jsonl"})
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(256 << 20)
	for b.Loop() {
		r, err := s.Open(b.Context(), found.Shards[0])
		if err != nil {
			b.Fatal(err)
		}
		if n, err := io.Copy(io.Discard, io.NewSectionReader(r, 0, r.Size())); err != nil || n != r.Size() {
			b.Fatal(n, err)
		}
		r.Close()
	}
}
