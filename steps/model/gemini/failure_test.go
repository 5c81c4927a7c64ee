package gemini_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"sftrun.local/steps/model/gemini"
)

const (
	perDay    = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"RequestsPerMinuteOfSomebody"},{"quotaId":"GenerateRequestsPerDayPerProjectPerModel"}]}`
	perMinute = `{"@type":"type.googleapis.com/google.rpc.QuotaFailure","violations":[{"quotaId":"GenerateRequestsPerMinutePerProjectPerModel"}]}`
	waitABit  = `{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"47.5s"}`
	wrongKey  = `{"@type":"type.googleapis.com/google.rpc.ErrorInfo","reason":"API_KEY_INVALID"}`
)

// Each status means one thing, whatever the text says.
func TestFailures(t *testing.T) {
	now := time.Date(2026, 11, 23, 22, 0, 0, 0, time.UTC) // 14:00 in Los Angeles
	for _, c := range []struct {
		name     string
		reply    http.HandlerFunc
		class    gemini.Class
		wait     time.Duration
		quota    string
		lost     bool
		ofTheRow bool // others may be answered
	}{
		{"bare 429", fails(429, "RESOURCE_EXHAUSTED"), gemini.RateLimit, 0, "", false, true},
		{"429 of a minute", fails(429, "RESOURCE_EXHAUSTED", perMinute, waitABit), gemini.RateLimit, 47500 * time.Millisecond, "GenerateRequestsPerMinutePerProjectPerModel", false, true},
		{"429 of a day", fails(429, "RESOURCE_EXHAUSTED", perDay, waitABit), gemini.DailyQuota, 47500 * time.Millisecond, "GenerateRequestsPerDayPerProjectPerModel", false, true},
		{"429 with a header", with(says(429, "slow down"), "Retry-After", "12"), gemini.RateLimit, 12 * time.Second, "", false, true},
		{"429 with a date", with(says(429, ""), "Retry-After", "Mon, 23 Nov 2026 22:01:00 GMT"), gemini.RateLimit, time.Minute, "", false, true},
		{"503 as JSON", fails(503, "UNAVAILABLE"), gemini.Unavailable, 0, "", true, true},
		{"503 as a page", says(503, "<html>\n<h1>"+secret+"</h1>"), gemini.Unavailable, 0, "", true, true},
		{"503 in a list", says(503, `[{"error":{"code":503,"message":"x","status":"UNAVAILABLE"}}]`), gemini.Unavailable, 0, "", true, true},
		{"500", fails(500, "INTERNAL"), gemini.Unavailable, 0, "", true, true},
		{"504", says(504, ""), gemini.Unavailable, 0, "", true, true},
		{"408", says(408, ""), gemini.Unavailable, 0, "", true, true},
		{"413", says(413, ""), gemini.Unanswerable, 0, "", false, true},
		{"400 of the key", fails(400, "INVALID_ARGUMENT", wrongKey), gemini.KeyRefused, 0, "", false, false},
		{"401", fails(401, "UNAUTHENTICATED"), gemini.KeyRefused, 0, "", false, false},
		{"403", fails(403, "PERMISSION_DENIED"), gemini.Forbidden, 0, "", false, false},
		{"400 of the country", fails(400, "FAILED_PRECONDITION"), gemini.Forbidden, 0, "", false, false},
		{"404", fails(404, "NOT_FOUND"), gemini.NotFound, 0, "", false, false},
		{"400", fails(400, "INVALID_ARGUMENT"), gemini.BadRequest, 0, "", false, false},
		{"501", says(501, ""), gemini.Unsupported, 0, "", true, false},
	} {
		s := serve(t, c.reply)
		_, _, err := s.client(t, gemini.Gemini, func(o *gemini.Options) { o.Now = func() time.Time { return now } }).Generate(t.Context(), ask())
		f, r := failure(t, err)
		if f.Class != c.class || f.Wait != c.wait || f.Quota != c.quota || f.Lost != c.lost || (r != nil) != c.ofTheRow {
			t.Errorf("%s: class %v, wait %v, quota %q, lost %v, refusal %v: %v", c.name, f.Class, f.Wait, f.Quota, f.Lost, r, err)
		}
		if r != nil && r.Transient != c.class.Passes() {
			t.Errorf("%s: transient %v", c.name, r.Transient)
		}
		if want := now.Add(10 * time.Hour); c.class == gemini.DailyQuota && !f.Resets.Equal(want) || c.class != gemini.DailyQuota && !f.Resets.IsZero() {
			t.Errorf("%s: resets at %v", c.name, f.Resets)
		}
		if len(s.calls()) != 1 {
			t.Errorf("%s: asked %d times", c.name, len(s.calls()))
		}
	}
}

// What ends all asking says what to do about it.
func TestFatalFailuresSayWhatToDo(t *testing.T) {
	for want, reply := range map[string]http.HandlerFunc{
		"provider gemini: 400 INVALID_ARGUMENT: no, [key], because of <reasons> and more: the API key is not accepted": fails(400, "INVALID_ARGUMENT", wrongKey),
		"nothing is known as models/gemini-3-flash-preview; check the name":                                            fails(404, "NOT_FOUND"),
		"check the model's settings": fails(400, "INVALID_ARGUMENT"),
		"check its permissions":      fails(403, "PERMISSION_DENIED"),
	} {
		_, _, err := serve(t, reply).client(t, gemini.Gemini).Generate(t.Context(), ask())
		if failure(t, err); !strings.Contains(err.Error(), want) {
			t.Errorf("%q does not say %q", err, want)
		}
	}
}

func TestALongErrorPageIsCut(t *testing.T) {
	_, _, err := serve(t, says(503, strings.Repeat("ä\n", 5000))).client(t, gemini.Gemini).Generate(t.Context(), ask())
	if failure(t, err); len(err.Error()) > 500 || !strings.HasSuffix(err.Error(), "…") {
		t.Errorf("%d bytes: %.60q", len(err.Error()), err)
	}
}

// The service that gives tokens may refuse, or have trouble; what it says may hold secrets.
func TestTokensThatAreNotHad(t *testing.T) {
	refused := &oauth2.RetrieveError{Response: &http.Response{StatusCode: 400}, ErrorCode: "invalid_grant", ErrorDescription: secret, Body: []byte(secret)}
	down := &oauth2.RetrieveError{Response: &http.Response{StatusCode: 503}, Body: []byte(secret)}
	for _, c := range []struct {
		err   error
		class gemini.Class
		says  string
	}{
		{refused, gemini.KeyRefused, "invalid_grant"}, {down, gemini.Unavailable, "503"}, {errors.New("no route to host"), gemini.Broken, "no route"},
	} {
		s := serve(t, answers("yes", "STOP"))
		client := s.client(t, gemini.Vertex, func(o *gemini.Options) {
			o.Token = func(context.Context) (*oauth2.Token, error) { return nil, c.err }
		})
		_, _, err := client.Generate(t.Context(), ask())
		if f, _ := failure(t, err); f.Class != c.class || f.Lost || !strings.Contains(err.Error(), c.says) || len(s.calls()) > 0 {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

func TestNoCredentialsOnThisMachine(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", t.TempDir()+"/none.json")
	s := serve(t, answers("yes", "STOP"))
	_, _, err := s.client(t, gemini.Vertex, func(o *gemini.Options) { o.Token = nil }).Generate(t.Context(), ask())
	if f, r := failure(t, err); f.Class != gemini.KeyRefused || r != nil || !strings.Contains(err.Error(), "gcloud auth application-default login") {
		t.Error(err)
	}
}

func TestWhatIsMissingIsSaidAtOnce(t *testing.T) {
	for want, o := range map[string]gemini.Options{
		"needs an API key":        {Provider: gemini.Gemini},
		"hold":                    {Provider: gemini.Express, Key: secret + "\n"},
		"project and a location":  {Provider: gemini.Vertex, Project: "p"},
		"none of gemini, express": {Provider: "openai", Key: secret},
		"no address":              {Provider: gemini.Gemini, Key: secret, BaseURL: "localhost:8000"},
		"no bucket":               {Provider: gemini.Vertex, Project: "p", Location: "us", Bucket: "bucket"},
	} {
		if _, err := gemini.New(o); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), secret) {
			t.Errorf("%v does not say %q", err, want)
		}
	}
}
