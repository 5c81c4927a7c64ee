package hubtest_test

import (
	"io"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.uber.org/goleak"

	"sftrun.local/runner/outside/hubtest"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func start(t *testing.T, o hubtest.Options) *hubtest.Hub {
	t.Helper()
	o.Dir = t.TempDir()
	o.Tokens = []string{"hf_secret"}
	for name, text := range map[string]string{"o/n/data/a.parquet": "0123456789", "o/n/b.jsonl": "{}\n"} {
		path := filepath.Join(o.Dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	h, err := hubtest.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(h.Close)
	return h
}

// ask sends a request as it is, without following redirects.
func ask(t *testing.T, method, url string, header ...string) (*http.Response, string) {
	t.Helper()
	req, err := http.NewRequest(method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := (&http.Transport{DisableKeepAlives: true}).RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	body, _ := io.ReadAll(resp.Body)
	return resp, string(body)
}

func TestALargeFileIsRedirectedToTheCDNWithWhatTheHubSaysOfIt(t *testing.T) {
	h := start(t, hubtest.Options{})
	resp, _ := ask(t, "GET", h.URL()+"/datasets/o/n/resolve/main/data/a.parquet")
	if resp.StatusCode != 302 || resp.Header.Get("X-Linked-Size") != "10" ||
		resp.Header.Get("X-Linked-Etag") != `"84d89877f0d4041efb6bf91a16f0248f2fd573e6af05c19f96bedb9f882f7882"` || len(resp.Header.Get("X-Repo-Commit")) != 40 {
		t.Errorf("%d %v", resp.StatusCode, resp.Header)
	}
	signed := resp.Header.Get("Location")
	if strings.HasPrefix(signed, h.URL()) {
		t.Errorf("%s is on the Hub's own host", signed)
	}
	resp, body := ask(t, "GET", signed, "Range", "bytes=2-4")
	if resp.StatusCode != 206 || body != "234" || resp.Header.Get("Content-Range") != "bytes 2-4/10" {
		t.Errorf("%d %q %v", resp.StatusCode, body, resp.Header)
	}
	if resp, _ := ask(t, "GET", signed+"0"); resp.StatusCode != 403 {
		t.Errorf("a forged signature gives %d", resp.StatusCode)
	}
	if resp, _ := ask(t, "HEAD", signed); resp.StatusCode != 403 {
		t.Errorf("HEAD with an address signed for GET gives %d", resp.StatusCode)
	}
}

func TestASignedAddressRunsOut(t *testing.T) {
	h := start(t, hubtest.Options{Life: 1})
	resp, _ := ask(t, "GET", h.URL()+"/datasets/o/n/resolve/main/data/a.parquet")
	if resp, body := ask(t, "GET", resp.Header.Get("Location")); resp.StatusCode != 403 || !strings.Contains(body, "Request has expired") {
		t.Errorf("%d %s", resp.StatusCode, body)
	}
}

func TestASmallFileStaysOnTheHub(t *testing.T) {
	h := start(t, hubtest.Options{})
	resp, _ := ask(t, "GET", h.URL()+"/datasets/o/n/resolve/main/b.jsonl")
	to := resp.Header.Get("Location")
	if resp.StatusCode != 307 || !strings.HasPrefix(to, "/api/resolve-cache/datasets/o/n/") {
		t.Fatalf("%d to %s", resp.StatusCode, to)
	}
	if resp, body := ask(t, "GET", h.URL()+to); body != "{}\n" || resp.Header.Get("ETag") != `"0967ef424bce6791893e9a57bb952f80fd536e93"` {
		t.Errorf("%q %v", body, resp.Header)
	}
}

func TestAListingHasPages(t *testing.T) {
	h := start(t, hubtest.Options{PageSize: 2})
	resp, body := ask(t, "GET", h.URL()+"/api/datasets/o/n/tree/main?recursive=true")
	if !strings.Contains(body, `"path":"b.jsonl"`) || !strings.Contains(body, `"type":"directory"`) || strings.Contains(body, "a.parquet") {
		t.Errorf("first page %s", body)
	}
	next, ok := strings.CutSuffix(strings.TrimPrefix(resp.Header.Get("Link"), "<"), `>; rel="next"`)
	if _, body := ask(t, "GET", next); !ok || !strings.Contains(body, `"lfs":{"oid":"84d8`) || !strings.Contains(body, `"path":"data/a.parquet"`) {
		t.Errorf("second page %s at %s", body, next)
	}
}

func TestATokenOnTheCDNOrInAnAddressIsRemembered(t *testing.T) {
	h := start(t, hubtest.Options{})
	resp, _ := ask(t, "GET", h.URL()+"/datasets/o/n/resolve/main/data/a.parquet", "Authorization", "Bearer hf_secret")
	if v := h.Violations(); len(v) > 0 {
		t.Fatalf("%q before any", v)
	}
	ask(t, "GET", resp.Header.Get("Location"), "Authorization", "Bearer hf_secret")
	ask(t, "GET", h.URL()+"/api/datasets/o/n/revision/main?token=hf_secret")
	if v := h.Violations(); len(v) < 2 {
		t.Errorf("only %q", v)
	}
}

func TestFaultsComeAgainWithTheSameSeed(t *testing.T) {
	statuses := func(seed uint64) (all []int) {
		h := start(t, hubtest.Options{Seed: seed, Rate: 0.5, Faults: []hubtest.Fault{hubtest.TooMany, hubtest.Unavailable}})
		for range 20 {
			resp, _ := ask(t, "GET", h.URL()+"/api/datasets/o/n/revision/main")
			all = append(all, resp.StatusCode)
		}
		return all
	}
	first := statuses(1)
	if again := statuses(1); !slices.Equal(first, again) {
		t.Errorf("%v, then %v", first, again)
	}
	if other := statuses(2); slices.Equal(first, other) {
		t.Errorf("%v whatever the seed", other)
	}
}
