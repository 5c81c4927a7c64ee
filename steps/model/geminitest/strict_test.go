package geminitest_test

import (
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// post sends JSON with a key, and returns the status and the text.
func post(t *testing.T, url, key, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
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
	return got.StatusCode, string(text)
}

// What the service does not know it refuses, with the words by which its clients find the field.
func TestRequestsAreReadStrictly(t *testing.T) {
	const contents = `"contents":[{"role":"user","parts":[{"text":"hello"}]}]`
	s := start(t, geminitest.Options{})
	gemini, vertex := s.URL()+"/v1beta/models/", s.URL()+"/v1beta1/publishers/google/models/"
	for _, c := range []struct{ url, body, want string }{
		{gemini + flash, `{` + contents + `}`, ""},
		{gemini + flash, `{` + contents + `,"generation_config":{"max_output_tokens":5}}`, ""},
		{gemini + flash, `{` + contents + `,"store":true}`, ""},
		{gemini + flash, `{` + contents + `,"temprature":1}`, `Unknown name \"temprature\": Cannot find field.`},
		{gemini + flash, `{` + contents + `,"generationConfig":{"thinkingLevel":"LOW"}}`, `Unknown name \"thinkingLevel\" at 'generation_config'`},
		{gemini + flash, `{` + contents + `,"modelArmorConfig":{}}`, `Unknown name \"modelArmorConfig\"`},
		{gemini + flash, `{` + contents + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"low"}}}`, `\"low\"`},
		{gemini + flash, `{` + contents + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW","thinkingBudget":5}}}`, "only one of thinking budget"},
		{gemini + flash, `{` + contents + `,"generationConfig":{"temperature":3}}`, "range [0.0, 2.0]"},
		{gemini + flash, `{` + contents + `,"generationConfig":{"temperature":"hot"}}`, "Invalid value"},
		{gemini + flash, `{` + contents + `,"generationConfig":{"candidateCount":2}}`, "Multiple candidates"},
		{gemini + flash, `{"contents":[]}`, "contents is not specified"},
		{gemini + flash, `{"contents":[{"role":"assistant","parts":[{"text":"hello"}]}]}`, "valid role"},
		{gemini + flash, `{` + contents, "Invalid JSON payload"},
		{gemini + "gemini-3.8-flash", `{` + contents + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"MINIMAL"}}}`, "MINIMAL is not supported"},
		{gemini + "gemini-2.5-flash", `{` + contents + `,"generationConfig":{"thinkingConfig":{"thinkingLevel":"LOW"}}}`, "not supported for this model"},
		{gemini + "gemini-9", `{` + contents + `}`, "is not found for API version v1beta"},
		{gemini + embedder, `{` + contents + `}`, "is not found"},
		{vertex + flash, `{` + contents + `,"labels":{"id":"7"}}`, ""},
		{vertex + flash, `{` + contents + `,"store":true}`, `Unknown name \"store\"`},
		{vertex + flash, `{"contents":[{"parts":[{"text":"hello"}]}]}`, "valid role"},
		{gemini + flash, `{"contents":[{"parts":[{"text":"` + strings.Repeat("long ", 5<<20) + `"}]}]}`, "payload size exceeds"},
	} {
		status, text := post(t, c.url+":generateContent", apiKey, c.body)
		if ok := status == 200; ok != (c.want == "") || !strings.Contains(text, c.want) {
			t.Errorf("%.120s\n got %d %.300s\nwant %q", c.body, status, text, c.want)
		}
	}
	if len(s.Violations()) < 5 {
		t.Errorf("violations: %q", s.Violations())
	}
	if b := s.Bill(); b.Sync.Requests != 4 {
		t.Errorf("%d requests were billed, want 4", b.Sync.Requests)
	}
}

// A key or a token opens only its own.
func TestKeysAndTokens(t *testing.T) {
	s := start(t, geminitest.Options{Keys: []string{apiKey, "key-of-another-project"}, Tokens: []string{token}, Jobs: hours})
	if _, err := say(gemini(t, s.URL(), "wrong"), t.Context(), "hello"); code(err) != 400 || !strings.Contains(err.Error(), "API_KEY_INVALID") {
		t.Errorf("a wrong key: %v", err)
	}
	if _, err := say(vertex(t, s.URL(), "wrong"), t.Context(), "hello"); code(err) != 401 {
		t.Errorf("a wrong token: %v", err)
	}
	if status, _ := post(t, s.URL()+"/v1beta/models/"+flash+":generateContent?key="+apiKey, "", "{}"); status != 403 {
		t.Errorf("a key in the address alone: %d", status)
	}
	if v := strings.Join(s.Violations(), "\n"); !strings.Contains(v, "a key in the address") {
		t.Errorf("violations: %s", v)
	}
	job := send(t, gemini(t, s.URL(), apiKey), "mine", lines(2))
	other := gemini(t, s.URL(), "key-of-another-project")
	if _, err := other.Batches.Get(t.Context(), job.Name, nil); code(err) != 404 {
		t.Errorf("the job of another project: %v", err)
	}
	files, err := gemini(t, s.URL(), apiKey).Files.List(t.Context(), nil)
	if err != nil || len(files.Items) != 1 {
		t.Fatalf("%+v, %v", files, err)
	}
	if _, err := other.Files.Get(t.Context(), files.Items[0].Name, nil); code(err) != 403 {
		t.Errorf("the file of another project: %v", err)
	}
}

// Neither keys nor tokens are written down.
func TestNoKeyOnTheDisk(t *testing.T) {
	o := geminitest.Options{Dir: t.TempDir(), Keys: []string{apiKey}, Tokens: []string{token}}
	s := start(t, o)
	send(t, gemini(t, s.URL(), apiKey), "mine", lines(2))
	if _, err := say(vertex(t, s.URL(), token), t.Context(), "hello"); err != nil {
		t.Fatal(err)
	}
	post(t, s.URL()+"/v1beta/models/"+flash+":generateContent?key="+apiKey, apiKey, "{}")
	if err := filepath.WalkDir(o.Dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if strings.Contains(string(text), apiKey) || strings.Contains(string(text), token) {
			t.Errorf("%s has a key", path)
		}
		return err
	}); err != nil {
		t.Fatal(err)
	}
	for _, v := range s.Violations() {
		if strings.Contains(v, apiKey) {
			t.Errorf("a violation has a key: %s", v)
		}
	}
}

func TestOnlyTheLoopbackInterface(t *testing.T) {
	for _, address := range []string{"0.0.0.0:0", ":0", "192.0.2.1:80", "nonsense"} {
		if s, err := geminitest.Start(geminitest.Options{Dir: t.TempDir(), Address: address}); err == nil {
			s.Close()
			t.Errorf("%s was taken", address)
		}
	}
}

// The SDK's automatic continuation asks again, and each time is billed.
func TestContinuation(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Generate, Faults: []geminitest.Fault{geminitest.Continuation}, Nth: []int{1}})
	plain := start(t, geminitest.Options{})
	want, err := say(gemini(t, plain.URL(), apiKey), t.Context(), prompt(5))
	if err != nil {
		t.Fatal(err)
	}
	c := low()
	c.AutomaticContinuation = genai.Ptr(true)
	got, err := gemini(t, s.URL(), apiKey).Models.GenerateContent(t.Context(), flash, genai.Text(prompt(5)), c)
	if err != nil || got.Text() != want.Text() {
		t.Errorf("%v\n got %q\nwant %q", err, got.Text(), want.Text())
	}
	if b := s.Bill(); b.Sync.Requests != 2 {
		t.Errorf("%d requests billed, want 2", b.Sync.Requests)
	}
}
