package hub_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"sftrun.local/runner/outside/hub"
	"sftrun.local/runner/outside/hubtest"
	"sftrun.local/runner/outside/ranges"
)

func TestWhatTheHubRefusesIsSaidWithWhatToDo(t *testing.T) {
	allow := `"allow":["` + string(good) + `"]}`
	w := newWorld(t, map[string]string{
		"o/open/train.parquet":    "x",
		"o/gated/train.parquet":   "x",
		"o/gated/.hub.json":       `{"gated":true,` + allow,
		"o/private/train.parquet": "x",
		"o/private/.hub.json":     `{"private":true,` + allow,
		"o/off/.hub.json":         `{"disabled":true}`,
	}, hubtest.Options{})
	page := w.hub.URL() + "/datasets/"
	for _, c := range []struct {
		address string
		token   hub.Token
		is      error
		want    string
	}{
		{"hf://o/open", "", nil, ""},
		{"hf://o/open", good, nil, ""},
		{"hf://o/open", "hf_expired", hub.ErrNoAccess, "hf://o/open@main: no access: the Hub refuses the token"},
		{"hf://o/open@v9", "", hub.ErrNotFound, `hf://o/open: not found: the dataset has no branch, tag or commit "v9"`},
		{"hf://o/open@" + strings.Repeat("1", 40), "", hub.ErrNotFound, "no longer has this commit"},
		{"hf://o/gone", "", hub.ErrNoAccess, "there is no such dataset, or it is private and no token was given.  Check the name at " + page + "o/gone, or set HF_TOKEN"},
		{"hf://o/gone", good, hub.ErrNoAccess, "there is no such dataset, or the token has no access to it"},
		{"hf://o/private", good, nil, ""},
		{"hf://o/private", poor, hub.ErrNoAccess, "there is no such dataset, or the token has no access to it"},
		{"hf://o/private", "", hub.ErrNoAccess, "no token was given"},
		{"hf://o/gated", good, nil, ""},
		{"hf://o/gated", poor, hub.ErrGated, "the account of the token has no access.  Accept its terms at " + page + "o/gated"},
		{"hf://o/gated", "", hub.ErrGated, "no token was given.  Accept its terms at " + page + "o/gated, then set HF_TOKEN"},
		{"hf://o/off", "", hub.ErrNoAccess, "the Hub has disabled this repository"},
	} {
		client := w.client(hub.Options{Token: c.token})
		shards, err := list(t.Context(), client, c.address, "", "train")
		if err == nil {
			_, err = client.Open(t.Context(), shards[0].Place, shards[0].Size, shards[0].Digest)
		}
		if !errors.Is(err, c.is) || err != nil && (!strings.Contains(err.Error(), c.want) || strings.Contains(err.Error(), "\n")) {
			t.Errorf("%s with %q: %v\nwant %q", c.address, string(c.token), err, c.want)
		}
		if err != nil && c.token != "" && strings.Contains(err.Error(), string(c.token)) {
			t.Errorf("the token is in %q", err)
		}
	}
	if len(w.waited) > 0 {
		t.Errorf("waited %v for what will not pass", w.waited)
	}
}

func TestAFileThatIsGoneIsSaid(t *testing.T) {
	w := newWorld(t, map[string]string{file: "x"}, hubtest.Options{})
	c := w.client(hub.Options{})
	s := one(t, c, "hf://o/n")
	_, err := c.Open(t.Context(), strings.Replace(s.Place, "data", "date", 1), s.Size, s.Digest)
	if !errors.Is(err, hub.ErrNotFound) || !strings.Contains(err.Error(), "/date.parquet: not found: the repository has no such file") {
		t.Error(err)
	}
}

func TestAnotherCommitThanAskedForIsNotRead(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Repo-Commit", strings.Repeat("2", 40))
	}))
	defer server.Close()
	c, err := hub.New(hub.Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Open(t.Context(), "hf://o/n@"+strings.Repeat("1", 40)+"/a.parquet", 5, ""); !errors.Is(err, hub.ErrChanged) {
		t.Error(err)
	}
}

func TestAListingLeadsOnWithinTheEndpointOnly(t *testing.T) {
	link := ""
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("cursor") == "2" && r.URL.Path == "/mirror/api/datasets/o/n/tree/x" {
			fmt.Fprint(w, `[{"type":"file","path":"b.jsonl"}]`)
			return
		}
		w.Header().Set("Link", "<"+link+`>; rel="next"`)
		fmt.Fprint(w, `[{"type":"file","path":"a.jsonl"}]`)
	}))
	defer server.Close()
	c, err := hub.New(hub.Options{Endpoint: server.URL + "/mirror"})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	a := hub.Address{Owner: "o", Name: "n", Revision: strings.Repeat("1", 40), Pattern: "*.jsonl"}
	for next, want := range map[string]string{
		"https://huggingface.co/api/datasets/o/n/tree/x?cursor=2":  "", // a mirror that hands on what the Hub says
		server.URL + "/mirror/api/datasets/o/n/tree/x?cursor=2":    "",
		"https://elsewhere.example/api/datasets/o/n/tree/x?cursor": "leads on to another host, elsewhere.example",
		server.URL + "/mirror/api/datasets/o/n/tree/x?cursor=1":    "the listing does not end",
	} {
		link = next
		shards, err := c.List(t.Context(), a, "", "")
		if want == "" && (err != nil || names(shards) != "a.jsonl b.jsonl") || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %s, %v; want %q", next, names(shards), err, want)
		}
	}
}

func TestTheHubsWaitsAreKept(t *testing.T) {
	answers := []func(http.Header) int{
		func(h http.Header) int { h.Set("Retry-After", "7"); return 429 },
		func(h http.Header) int { h.Set("RateLimit", `"api";r=0;t=55`); return 429 },
		func(h http.Header) int {
			h.Set("Retry-After", time.Now().Add(40*time.Second).UTC().Format(http.TimeFormat))
			return 503
		},
	}
	n := 0
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if n++; n <= len(answers) {
			w.WriteHeader(answers[n-1](w.Header()))
			return
		}
		fmt.Fprintf(w, `{"sha":"%040d"}`, 1)
	}))
	defer server.Close()
	var waited []time.Duration
	c, err := hub.New(hub.Options{Endpoint: server.URL, Ranges: ranges.Options{Sleep: func(_ context.Context, d time.Duration) error {
		waited = append(waited, d)
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Pin(t.Context(), hub.Address{Owner: "o", Name: "n"}); err != nil || len(waited) != 3 {
		t.Fatalf("%v after waits %v", err, waited)
	}
	for i, want := range []time.Duration{7 * time.Second, 55 * time.Second, 40 * time.Second} {
		if waited[i] < want-2*time.Second {
			t.Errorf("wait %d was %v, want %v", i, waited[i], want)
		}
	}
}

func TestAWaitBeyondPatienceIsNotBegun(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "3600")
		w.WriteHeader(429)
	}))
	defer server.Close()
	c, err := hub.New(hub.Options{Endpoint: server.URL, Ranges: ranges.Options{Sleep: func(_ context.Context, d time.Duration) error {
		t.Errorf("waited %v", d)
		return nil
	}}})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Pin(t.Context(), hub.Address{Owner: "o", Name: "n"})
	if !errors.Is(err, hub.ErrBusy) || !strings.Contains(err.Error(), "answered 429 Too Many Requests; it asks to wait 1h0m0s more.  Set HF_TOKEN") {
		t.Error(err)
	}
}

func TestCancellingEndsAWaitAtOnce(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Retry-After", "300")
		w.WriteHeader(503)
		time.AfterFunc(20*time.Millisecond, cancel)
	}))
	defer server.Close()
	c, err := hub.New(hub.Options{Endpoint: server.URL})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := c.Pin(ctx, hub.Address{Owner: "o", Name: "n"}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

func TestTheTokenIsSentToTheEndpointAlone(t *testing.T) {
	seen := ""
	other := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen += r.Header.Get("Authorization") }))
	defer other.Close()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Authorization") != "Bearer "+string(good) {
			t.Errorf("%s came with %q", r.URL, r.Header.Get("Authorization"))
		}
		http.Redirect(w, r, other.URL+r.URL.Path, http.StatusTemporaryRedirect)
	}))
	defer server.Close()
	c, err := hub.New(hub.Options{Endpoint: server.URL, Token: good})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_, err = c.Pin(t.Context(), hub.Address{Owner: "o", Name: "n"})
	if err == nil || !strings.Contains(err.Error(), "redirects to another host") || strings.Contains(err.Error(), string(good)) {
		t.Errorf("a listing that redirects elsewhere: %v", err)
	}
	r, err := c.Open(t.Context(), "hf://o/n@"+strings.Repeat("1", 40)+"/a.parquet", 5, "")
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	time.AfterFunc(50*time.Millisecond, func() { r.Close() })
	r.ReadAt(make([]byte, 5), 0)
	if seen != "" {
		t.Errorf("the other host was shown %q", seen)
	}
}

func TestATokenDoesNotShow(t *testing.T) {
	c, err := hub.New(hub.Options{Token: good})
	if err != nil {
		t.Fatal(err)
	}
	o := hub.Options{Token: good}
	encoded, _ := json.Marshal(map[string]any{"token": o.Token})
	for _, text := range []string{fmt.Sprint(c, o), fmt.Sprintf("%+v %#v %s", c, c, c), fmt.Sprintf("%+v %#v", o, o), string(encoded)} {
		if strings.Contains(text, string(good)) {
			t.Errorf("the token is in %q", text)
		}
	}
}

func TestEndpointsThatCannotBeUsed(t *testing.T) {
	for _, o := range []hub.Options{
		{Endpoint: "huggingface.co"},
		{Endpoint: "ftp://huggingface.co"},
		{Endpoint: "https://user:secret@huggingface.co"},
		{Endpoint: "http://hub.example", Token: good},
		{Token: "hf_two lines\n"},
	} {
		if _, err := hub.New(o); err == nil || strings.Contains(err.Error(), "secret") || strings.Contains(err.Error(), "two lines") {
			t.Errorf("%+v: %v", o, err)
		}
	}
	for _, o := range []hub.Options{{}, {Endpoint: "https://mirror.example/hf/"}, {Endpoint: "http://hub.example"}, {Endpoint: "http://127.0.0.1:80", Token: good}} {
		if _, err := hub.New(o); err != nil {
			t.Errorf("%+v: %v", o, err)
		}
	}
}
