package bucket_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"sftrun.local/runner/outside/bucket"
	"sftrun.local/runner/outside/ranges"
	"sftrun.local/runner/store/blob/blobtest"
	"sftrun.local/steps"
)

// google is the network in which Google Cloud Storage and the service that gives tokens are, without encryption beneath.
type google struct {
	storage blobtest.Network
	token   string // that is given for the refresh token, "" if none
	seen    atomic.Pointer[string]
}

func (g *google) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.URL.Scheme != "https":
		return nil, errors.New("a request without encryption")
	case strings.HasPrefix(r.URL.Host, "oauth2.") && g.token == "":
		return blobtest.Answer(400, `{"error":"invalid_grant","error_description":"verysecret"}`, "Content-Type", "application/json")(r, nil)
	case strings.HasPrefix(r.URL.Host, "oauth2."):
		body, err := io.ReadAll(r.Body)
		if err != nil || !strings.Contains(string(body), "verysecret") {
			return nil, errors.New("no refresh token")
		}
		return blobtest.Answer(200, `{"access_token":"`+g.token+`","token_type":"Bearer","expires_in":3600}`, "Content-Type", "application/json")(r, nil)
	}
	sent := r.Header.Get("Authorization")
	g.seen.Store(&sent)
	if g.token != "" && sent != "Bearer "+g.token {
		return blobtest.Answer(401, `{"error":{"message":"Anonymous caller does not have storage.objects.list access"}}`)(r, nil)
	}
	r = r.Clone(r.Context())
	r.URL.Scheme = "http"
	return g.storage.RoundTrip(r)
}

// inGoogle sets up a bucket at Google, and credentials of a user if there are to be some.
func inGoogle(t *testing.T, token string, credentials bool) (*google, *bucket.Source) {
	w := newGCS(t, &blobtest.GCS{})
	w.shelf.Set("a.jsonl", []byte("x"))
	t.Setenv("STORAGE_EMULATOR_HOST", strings.Replace(os.Getenv("STORAGE_EMULATOR_HOST"), "http://", "https://", 1))
	path := filepath.Join(t.TempDir(), "credentials.json")
	t.Setenv("GOOGLE_APPLICATION_CREDENTIALS", path)
	if credentials {
		text := `{"type":"authorized_user","client_id":"me","client_secret":"mine","refresh_token":"verysecret"}`
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g := &google{token: token}
	s := bucket.New(bucket.Options{Transport: g, Ranges: ranges.Options{Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() }}})
	t.Cleanup(s.Close)
	return g, s
}

func TestGoogleIsShownATokenOfThisMachine(t *testing.T) {
	g, s := inGoogle(t, "fresh", true)
	if _, err := s.List(t.Context(), steps.Wanted{From: "gs://traces/*"}); err != nil || *g.seen.Load() != "Bearer fresh" {
		t.Error(err)
	}
}

func TestWithoutCredentialsGoogleIsAskedAsAStranger(t *testing.T) {
	g, s := inGoogle(t, "", false)
	if _, err := s.List(t.Context(), steps.Wanted{From: "gs://traces/*"}); err != nil || *g.seen.Load() != "" {
		t.Error(err)
	}
	_, s = inGoogle(t, "needed", false)
	_, err := s.List(t.Context(), steps.Wanted{From: "gs://traces/*"})
	if err == nil || !strings.Contains(err.Error(), "gs://traces: strangers may not read it, and no Google credentials were found (") || !strings.Contains(err.Error(), "run `gcloud auth application-default login`") {
		t.Error(err)
	}
}

func TestCredentialsThatGoogleRefusesAreNotShown(t *testing.T) {
	_, s := inGoogle(t, "", true)
	_, err := s.List(t.Context(), steps.Wanted{From: "gs://traces/*"})
	if err == nil || !strings.Contains(err.Error(), "the Google credentials are not accepted (invalid_grant) or have expired") || strings.Contains(err.Error(), "verysecret") {
		t.Error(err)
	}
}
