package gemini_test

import (
	"bytes"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"strings"
	"sync"
	"testing"

	"sftrun.local/steps/model/gemini"
)

// A shelf takes in files by the resumable protocol. Before some of its calls something goes wrong.
type shelf struct {
	mu      sync.Mutex // a connection that breaks off may leave a call behind
	got     []byte
	kinds   []string
	final   bool
	trouble map[int]func(w http.ResponseWriter, r *http.Request, body []byte, s *shelf) bool // by call, from 0; true: it has replied
	calls   int
	state   string
}

func (s *shelf) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	s.mu.Lock()
	defer s.mu.Unlock()
	s.calls++
	if f := s.trouble[s.calls-1]; f != nil && f(w, r, body, s) {
		return
	}
	switch command := r.Header.Get("X-Goog-Upload-Command"); {
	case r.Method == http.MethodGet:
		io.WriteString(w, `{"name":"files/in","state":"ACTIVE"}`)
	case command == "start":
		s.got, s.final = nil, false
		s.kinds = append(s.kinds, r.Header.Get("X-Goog-Upload-Header-Content-Type"))
		w.Header().Set("X-Goog-Upload-URL", "https://elsewhere.example/upload/v1beta/files?upload_id=1")
	case command == "query":
		w.Header().Set("X-Goog-Upload-Size-Received", fmt.Sprint(len(s.got)))
		s.status(w)
	default:
		s.take(r, body)
		s.status(w)
	}
}

func (s *shelf) take(r *http.Request, body []byte) {
	if r.Header.Get("X-Goog-Upload-Offset") != fmt.Sprint(len(s.got)) {
		panic("offset " + r.Header.Get("X-Goog-Upload-Offset"))
	}
	s.got = append(s.got, body...)
	s.final = strings.Contains(r.Header.Get("X-Goog-Upload-Command"), "finalize")
}

func (s *shelf) status(w http.ResponseWriter) {
	if !s.final {
		w.Header().Set("X-Goog-Upload-Status", "active")
		return
	}
	w.Header().Set("X-Goog-Upload-Status", "final")
	fmt.Fprintf(w, `{"file":{"name":"files/in","state":"%s"}}`, s.state)
}

func randomBytes(n int) []byte {
	data := make([]byte, n)
	for i := range data {
		data[i] = byte(rand.IntN(256))
	}
	return data
}

// Whatever goes wrong on the way, the file arrives whole.
func TestAFileArrives(t *testing.T) {
	type trouble = map[int]func(http.ResponseWriter, *http.Request, []byte, *shelf) bool
	down := func(w http.ResponseWriter, r *http.Request, _ []byte, s *shelf) bool { w.WriteHeader(503); return true }
	badRequest := func(w http.ResponseWriter, r *http.Request, _ []byte, s *shelf) bool { w.WriteHeader(400); return true }
	const mib = 1 << 20
	for name, c := range map[string]struct {
		size    int
		trouble trouble
		kinds   int
		calls   int
	}{
		"one chunk":           {100, nil, 1, 2},
		"empty":               {0, nil, 1, 2},
		"two chunks and more": {17 * mib, nil, 1, 4},
		"exactly two chunks":  {16 * mib, nil, 1, 3},
		"503 at the start":    {100, trouble{0: down}, 2, 3},
		"503 at a chunk":      {17 * mib, trouble{2: down}, 1, 6},
		"half a chunk arrived": {17 * mib, trouble{2: func(w http.ResponseWriter, r *http.Request, body []byte, s *shelf) bool {
			s.got = append(s.got, body[:mib]...)
			panic(http.ErrAbortHandler)
		}}, 1, 5},
		"the last reply was lost": {100, trouble{1: func(w http.ResponseWriter, r *http.Request, body []byte, s *shelf) bool {
			s.take(r, body)
			panic(http.ErrAbortHandler)
		}}, 1, 3},
		"final without a file": {100, trouble{1: func(w http.ResponseWriter, r *http.Request, body []byte, s *shelf) bool {
			s.take(r, body)
			w.Header().Set("X-Goog-Upload-Status", "final")
			io.WriteString(w, `{}`)
			return true
		}}, 1, 3},
		"no address":                {100, trouble{0: func(w http.ResponseWriter, r *http.Request, body []byte, s *shelf) bool { return true }}, 1, 3},
		"the first type is refused": {100, trouble{0: badRequest}, 1, 3},
		"the second one too":        {100, trouble{0: badRequest, 1: badRequest}, 1, 4},
	} {
		s := &shelf{trouble: c.trouble, state: "ACTIVE"}
		data := randomBytes(c.size)
		got, err := serve(t, s.ServeHTTP).client(t, gemini.Gemini).Upload(t.Context(), "job 1", bytes.NewReader(data), int64(len(data)))
		if err != nil || got != "files/in" || !bytes.Equal(s.got, data) || s.calls != c.calls {
			t.Errorf("%s: %q, %v; %d of %d bytes arrived in %d calls", name, got, err, len(s.got), len(data), s.calls)
		}
	}
}

func TestTheTypesOfAFileAreTriedInTurn(t *testing.T) {
	s := serve(t, fails(400, "INVALID_ARGUMENT"))
	_, err := s.client(t, gemini.Gemini).Upload(t.Context(), "x", strings.NewReader("x"), 1)
	failure(t, err)
	var kinds []string
	for n := range s.calls() {
		kinds = append(kinds, s.call(n).header.Get("X-Goog-Upload-Header-Content-Type"))
	}
	if got := strings.Join(kinds, " "); got != "application/jsonl jsonl text/plain" {
		t.Error(got)
	}
}

func TestAnUploadIsGivenUpInTheEnd(t *testing.T) {
	s := serve(t, fails(503, "UNAVAILABLE", waitABit))
	_, err := s.client(t, gemini.Gemini).Upload(t.Context(), "x", strings.NewReader("x"), 1)
	if f, _ := failure(t, err); f.Class != gemini.Unavailable || len(s.calls()) != 6 || len(s.slept) != 5 || s.slept[0].Seconds() != 47.5 {
		t.Errorf("%v after %d calls, %v", err, len(s.calls()), s.slept)
	}
}

func TestAJobIsNotMadeOfAFileThatIsNotReady(t *testing.T) {
	s := &shelf{state: "PROCESSING"}
	if _, err := serve(t, s.ServeHTTP).client(t, gemini.Gemini).Upload(t.Context(), "x", strings.NewReader("x"), 1); err != nil || s.calls != 3 {
		t.Errorf("%v after %d calls", err, s.calls)
	}
	s = &shelf{state: "FAILED"}
	if _, err := serve(t, s.ServeHTTP).client(t, gemini.Gemini).Upload(t.Context(), "x", strings.NewReader("x"), 1); err == nil {
		t.Error("the service cannot use it")
	}
}

func TestAnInputOfVertexGoesToTheBucket(t *testing.T) {
	s := serve(t, says(503, ""), says(200, `{}`))
	got, err := s.client(t, gemini.Vertex).Upload(t.Context(), "job 1", strings.NewReader("lines"), 5)
	want := "POST /upload/storage/v1/b/bucket/o?name=batches%2Fjob+1.jsonl&uploadType=media"
	if err != nil || got != "gs://bucket/batches/job 1.jsonl" || len(s.calls()) != 2 || s.calls()[1] != want || s.call(1).body != "lines" {
		t.Errorf("%q, %v after %v", got, err, s.calls())
	}
}

func TestAFileThatIsTooLargeIsNotSent(t *testing.T) {
	s := serve(t, hangsUp)
	if _, err := s.client(t, gemini.Gemini).Upload(t.Context(), "x", strings.NewReader(""), 2<<30+1); err == nil || len(s.calls()) > 0 {
		t.Errorf("%v after %v", err, s.calls())
	}
}
