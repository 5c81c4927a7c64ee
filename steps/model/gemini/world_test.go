package gemini_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"golang.org/x/oauth2"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
)

func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}

const secret = "AIzaSy-the-secret-of-this-test"

// A service is a server whose replies are told one by one, and which remembers what it was asked.
type service struct {
	*httptest.Server
	mu      sync.Mutex
	asked   []call
	replies []http.HandlerFunc // for the calls in order; the last one is for all that follow
	slept   []time.Duration
}

type call struct {
	method, path string
	header       http.Header
	body         string
}

// serve makes a service.
func serve(t *testing.T, replies ...http.HandlerFunc) *service {
	t.Helper()
	s := &service{replies: replies}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		s.mu.Lock()
		n := len(s.asked)
		s.asked = append(s.asked, call{r.Method, r.URL.RequestURI(), r.Header.Clone(), string(body)})
		s.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		s.replies[min(n, len(s.replies)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

// calls lists the calls so far: "POST /v1beta/…".
func (s *service) calls() (list []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.asked {
		list = append(list, c.method+" "+c.path)
	}
	return list
}

func (s *service) call(n int) call {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.asked[n]
}

// client asks a service as one of the providers. It waits for nothing.
func (s *service) client(t *testing.T, provider string, change ...func(*gemini.Options)) *gemini.Client {
	t.Helper()
	o := gemini.Options{Provider: provider, Key: secret, BaseURL: s.URL, Sleep: func(ctx context.Context, d time.Duration) error {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.slept = append(s.slept, d)
		return ctx.Err()
	}}
	if provider == gemini.Vertex {
		o.Key, o.Project, o.Location, o.Bucket = "", "p", "europe-west4", "gs://bucket/batches"
		o.Token = func(context.Context) (*oauth2.Token, error) { return &oauth2.Token{AccessToken: secret}, nil }
	}
	for _, f := range change {
		f(&o)
	}
	c, err := gemini.New(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

// says replies with a status and a body.
func says(status int, body string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// with adds headers to a reply: name, value, name, value.
func with(reply http.HandlerFunc, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		reply(w, r)
	}
}

// hangsUp breaks the connection instead of an answer.
func hangsUp(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }

// breaksOff sends the beginning of a longer body.
func breaksOff(beginning string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "1000000")
		io.WriteString(w, beginning)
		w.(http.Flusher).Flush()
		panic(http.ErrAbortHandler)
	}
}

// answers is a reply with a text and the reason why it ended.
func answers(text, finish string) http.HandlerFunc {
	raw, _ := json.Marshal(text)
	return says(200, `{"candidates":[{"content":{"role":"model","parts":[{"thought":true,"text":"let me think"},{"text":`+string(raw)+
		`}]},"finishReason":"`+finish+`","finishMessage":"so it was"}],"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":11,"thoughtsTokenCount":829,"cachedContentTokenCount":3},"modelVersion":"flash-001"}`)
}

// fails is the error of a service, with details.
func fails(status int, word string, details ...string) http.HandlerFunc {
	return says(status, `{"error":{"code":`+itoa(status)+`,"status":"`+word+`","message":"no, `+secret+`, because of <reasons>\nand more","details":[`+strings.Join(details, ",")+`]}}`)
}

func itoa(n int) string {
	text, _ := json.Marshal(n)
	return string(text)
}

func ask() model.Request {
	return model.Request{System: "Rewrite <b>.", User: "2 < 3 & 3 > 2", Model: model.Settings{
		Provider: gemini.Gemini, Name: "gemini-3-flash-preview", ThinkingLevel: "low", MaxOutputTokens: 20000, Temperature: 0.7,
	}}
}

// failure is what is known of a call that failed, and the refusal in it, if there is one.
func failure(t *testing.T, err error) (*gemini.Failure, *steps.Refusal) {
	t.Helper()
	var f *gemini.Failure
	if !errors.As(err, &f) {
		t.Fatalf("%v is no failure", err)
	}
	if strings.Contains(err.Error(), secret) || strings.ContainsAny(err.Error(), "\n\r") {
		t.Errorf("the error holds the key or more than a line: %q", err)
	}
	var r *steps.Refusal
	errors.As(err, &r)
	return f, r
}
