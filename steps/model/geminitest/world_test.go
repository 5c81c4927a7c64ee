package geminitest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// The SDK's own dependency keeps one goroutine from the start of the program.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("go.opencensus.io/stats/view.(*worker).start"))
}

const (
	flash    = "gemini-3.5-flash"
	embedder = "gemini-embedding-001"
	apiKey   = "key-of-the-first-project"
	token    = "token-of-the-first-project"
)

// start serves from a new folder, until the test ends.
func start(t *testing.T, o geminitest.Options) *geminitest.Server {
	t.Helper()
	if o.Dir == "" {
		o.Dir = t.TempDir()
	}
	s, err := geminitest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// faulty serves with one rule that goes wrong.
func faulty(t *testing.T, rules ...geminitest.Rule) *geminitest.Server {
	t.Helper()
	return start(t, geminitest.Options{Faults: geminitest.Plan{Seed: 7, Rules: rules}, Jobs: hours})
}

// hours are job times that only a moved clock reaches.
var hours = geminitest.Jobs{Queue: time.Hour, Run: 2 * time.Hour}

// web is an HTTP client whose connections end with the test.
func web(t *testing.T) *http.Client {
	network := &http.Transport{}
	t.Cleanup(network.CloseIdleConnections)
	return &http.Client{Transport: network}
}

// bearer adds an access token to requests, as application-default credentials do.
type bearer struct {
	token   string
	network http.RoundTripper
}

func (b bearer) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+b.token)
	return b.network.RoundTrip(r)
}

// pool keeps enough connections for many requests at a time.
func pool() *http.Transport { return &http.Transport{MaxIdleConnsPerHost: 64} }

func geminiOver(t testing.TB, url string, network *http.Transport) *genai.Client {
	return connect(t, genai.ClientConfig{Backend: genai.BackendGeminiAPI, APIKey: apiKey, HTTPClient: &http.Client{Transport: network},
		HTTPOptions: genai.HTTPOptions{BaseURL: url}})
}

func connect(t testing.TB, c genai.ClientConfig) *genai.Client {
	t.Helper()
	client, err := genai.NewClient(t.Context(), &c)
	if err != nil {
		t.Fatal("no client") // its error would show the key
	}
	return client
}

func gemini(t *testing.T, url, key string) *genai.Client {
	return connect(t, genai.ClientConfig{Backend: genai.BackendGeminiAPI, APIKey: key, HTTPClient: web(t),
		HTTPOptions: genai.HTTPOptions{BaseURL: url}})
}

func express(t *testing.T, url, key string) *genai.Client {
	return connect(t, genai.ClientConfig{Backend: genai.BackendVertexAI, APIKey: key, HTTPClient: web(t),
		HTTPOptions: genai.HTTPOptions{BaseURL: url}})
}

func vertex(t *testing.T, url, token string) *genai.Client {
	client := web(t)
	client.Transport = bearer{token, client.Transport}
	return connect(t, genai.ClientConfig{Backend: genai.BackendVertexAI, Project: "p", Location: "europe-west4", HTTPClient: client,
		HTTPOptions: genai.HTTPOptions{BaseURL: url}})
}

// low is how the default pipeline asks.
func low() *genai.GenerateContentConfig {
	return &genai.GenerateContentConfig{
		SystemInstruction: genai.NewContentFromText("Rewrite the trace.", genai.RoleUser), Temperature: genai.Ptr[float32](0),
		MaxOutputTokens: 20000, ThinkingConfig: &genai.ThinkingConfig{ThinkingLevel: genai.ThinkingLevelLow},
	}
}

func say(client *genai.Client, ctx context.Context, prompt string) (*genai.GenerateContentResponse, error) {
	return client.Models.GenerateContent(ctx, flash, genai.Text(prompt), low())
}

// prompt is one of many traces.
func prompt(i int) string {
	return fmt.Sprintf("Cut the trace.\n==========\nI need the sum of %d and 4. First, %d + 4 = %d. Wait, let me check that. Yes, so the answer is %d.\n==========", i, i, i+4, i+4)
}

// line is a request of a batch job, as the seed's own format has it.
func line(key, prompt string) string {
	request := map[string]any{
		"contents":           []any{map[string]any{"role": "user", "parts": []any{map[string]any{"text": prompt}}}},
		"system_instruction": map[string]any{"parts": []any{map[string]any{"text": "Rewrite the trace."}}},
		"generation_config":  map[string]any{"temperature": 0, "max_output_tokens": 20000, "thinking_config": map[string]any{"thinking_level": "LOW"}},
	}
	text, err := json.Marshal(map[string]any{"key": key, "request": request})
	if err != nil {
		panic(err)
	}
	return string(text) + "\n"
}

func lines(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(line(fmt.Sprintf("k%d", i), prompt(i)))
	}
	return b.String()
}

// send uploads requests and makes a job of them.
func send(t *testing.T, client *genai.Client, name, requests string) *genai.BatchJob {
	t.Helper()
	job, err := trySend(t.Context(), client, name, requests)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func trySend(ctx context.Context, client *genai.Client, name, requests string) (*genai.BatchJob, error) {
	f, err := client.Files.Upload(ctx, strings.NewReader(requests), &genai.UploadFileConfig{MIMEType: "application/jsonl", DisplayName: name})
	if err != nil {
		return nil, err
	}
	return client.Batches.Create(ctx, flash, &genai.BatchJobSource{FileName: f.Name}, &genai.CreateBatchJobConfig{DisplayName: name})
}

// result is a line of a job's output.
type result struct {
	Key      string
	Response *genai.GenerateContentResponse
	Error    *genai.JobError
	Status   *genai.JobError
}

// fetch gets an address with a key, and tells the status.
func fetch(t *testing.T, url, key string) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if key != "" {
		r.Header.Set("X-Goog-Api-Key", key)
	}
	got, err := web(t).Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, text
}

// results downloads and reads the output of a job. Lines that are not JSON are counted.
func results(t *testing.T, s *geminitest.Server, job *genai.BatchJob) (rows []result, bad int) {
	t.Helper()
	if job.Dest == nil || job.Dest.FileName == "" {
		t.Fatalf("job in state %s has no output", job.State)
	}
	status, text := fetch(t, s.URL()+"/v1beta/"+job.Dest.FileName+":download?alt=media", apiKey)
	if status != http.StatusOK {
		t.Fatalf("download: status %d: %s", status, text)
	}
	for _, l := range bytes.Split(bytes.TrimSpace(text), []byte("\n")) {
		var r result
		if json.Unmarshal(l, &r) != nil {
			bad++
			continue
		}
		rows = append(rows, r)
	}
	return rows, bad
}

// get asks for a job.
func get(t *testing.T, client *genai.Client, name string) *genai.BatchJob {
	t.Helper()
	job, err := client.Batches.Get(t.Context(), name, nil)
	if err != nil {
		t.Fatal(err)
	}
	return job
}

func advance(t *testing.T, s *geminitest.Server, d time.Duration) {
	t.Helper()
	if err := s.Advance(d); err != nil {
		t.Fatal(err)
	}
}

// clean fails if a client did what it should not, or paid twice.
func clean(t *testing.T, s *geminitest.Server) {
	t.Helper()
	for _, v := range s.Violations() {
		t.Errorf("violation: %s", v)
	}
	if twice := s.Bill().PaidTwice(); len(twice) > 0 {
		t.Errorf("%d requests were paid for twice", len(twice))
	}
}
