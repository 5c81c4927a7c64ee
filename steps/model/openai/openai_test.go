package openai_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/openai"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const secret = "sk-the-secret-of-this-test"

// A server answers with one reply after the other, the last one for ever, and remembers what it was asked.
type server struct {
	*httptest.Server
	mu    sync.Mutex
	asked []map[string]any
	auth  string
}

func serve(t *testing.T, replies ...http.HandlerFunc) *server {
	t.Helper()
	s := &server{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var body map[string]any
		if err := json.NewDecoder(r.Body).Decode(&body); err != nil {
			t.Error(err)
		}
		body["path"] = r.Method + " " + r.URL.Path
		s.mu.Lock()
		n := len(s.asked)
		s.asked, s.auth = append(s.asked, body), r.Header.Get("Authorization")
		s.mu.Unlock()
		replies[min(n, len(replies)-1)](w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *server) client(t *testing.T, key string) *openai.Client {
	t.Helper()
	c, err := openai.New(openai.Options{BaseURL: s.URL + "/v1/", Key: key})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	return c
}

func says(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

// answers is a reply with a message, a reason why it ended, and a usage.
func answers(message, finish string) http.HandlerFunc {
	return says(200, `{"id":"x","model":"qwen-3","choices":[{"index":0,"message":`+message+`,"finish_reason":"`+finish+`"}],
		"usage":{"prompt_tokens":20,"completion_tokens":50,"completion_tokens_details":{"reasoning_tokens":30},"prompt_tokens_details":{"cached_tokens":8}}}`)
}

var fine = answers(`{"role":"assistant","content":"fine <b>","reasoning_content":"let me think","reasoning":"hm"}`, "stop")

func ask() model.Request {
	return model.Request{System: "Be <brief>.", User: "2 < 3", Model: model.Settings{
		Provider: "openai", Name: "qwen-3", ThinkingLevel: "low", MaxOutputTokens: 500, Temperature: 0.7,
	}}
}

var usage = model.Usage{In: 20, Out: 20, Thought: 30, Cached: 8}

func TestAQuestionAndItsAnswer(t *testing.T) {
	s := serve(t, fine)
	a, from, err := s.client(t, secret).Generate(t.Context(), ask())
	if err != nil || a != (model.Answer{Text: "fine <b>", Finish: "STOP", Usage: usage}) || from != (model.Provenance{Provider: "openai", Version: "qwen-3"}) {
		t.Errorf("%+v, %+v, %v", a, from, err)
	}
	got, _ := json.Marshal(s.asked)
	want := `[{"max_tokens":500,"messages":[{"content":"Be \u003cbrief\u003e.","role":"system"},{"content":"2 \u003c 3","role":"user"}],"model":"qwen-3",` +
		`"path":"POST /v1/chat/completions","reasoning_effort":"low","temperature":0.7}]`
	if string(got) != want || s.auth != "Bearer "+secret {
		t.Errorf("asked %s as %q\nwant  %s", got, s.auth, want)
	}
	plain := ask()
	plain.System = ""
	if _, _, err := s.client(t, "").Generate(t.Context(), plain); err != nil || s.auth != "" || len(s.asked[1]["messages"].([]any)) != 1 {
		t.Errorf("without key and system prompt: %v, %q, %v", err, s.auth, s.asked[1])
	}
}

func TestHowAnswersEnd(t *testing.T) {
	for _, c := range []struct {
		reply          http.HandlerFunc
		finish, reason string
	}{
		{answers(`{"content":"cut"}`, "length"), "MAX_TOKENS", ""},
		{answers(`{"content":null,"reasoning":"all of it"}`, "length"), "MAX_TOKENS", ""},
		{answers(`{"content":[{"type":"text","text":"a"},{"type":"thinking","text":"b"},{"type":"text","text":"c"}]}`, "stop"), "STOP", ""},
		{answers(`{"content":"x"}`, "tool_calls"), "tool_calls", ""},
		{answers(`{"content":null}`, "stop"), "", "empty"},
		{answers(`{"content":"half"}`, "content_filter"), "", "content_filter"},
		{answers(`{"content":null,"refusal":"I won't"}`, "stop"), "", "refused"},
	} {
		a, _, err := serve(t, c.reply).client(t, "").Generate(t.Context(), ask())
		var r *steps.Refusal
		switch {
		case c.finish != "" && (err != nil || a.Finish != c.finish):
			t.Errorf("want %s, have %+v, %v", c.finish, a, err)
		case c.finish == "" && (!errors.As(err, &r) || r.Reason != c.reason || r.Transient):
			t.Errorf("want a refusal for good, %s, have %v", c.reason, err)
		}
		if a.Usage != usage {
			t.Errorf("%s%s: %+v", c.finish, c.reason, a.Usage)
		}
	}
}

// What can be tried again is told by type, in whichever shape the server says it.
func TestTroubles(t *testing.T) {
	date := time.Now().Add(100 * time.Second).UTC().Format(http.TimeFormat)
	for _, c := range []struct {
		reply  http.HandlerFunc
		class  model.TroubleClass
		wait   time.Duration
		tokens bool
	}{
		{says(429, `{"error":{"message":"slow down","type":"requests","code":"rate_limit_exceeded"}}`, "Retry-After", "7"), model.MinuteQuota, 7 * time.Second, false},
		{says(429, `{"error":{"message":"too many","type":"tokens","code":"rate_limit_exceeded"}}`, "Retry-After-Ms", "250", "Retry-After", "1"), model.MinuteQuota, 250 * time.Millisecond, true},
		{says(429, `{"object":"error","message":"busy","type":"BadRequestError","code":429}`, "Retry-After", date), model.MinuteQuota, 99 * time.Second, false},
		{says(429, ``), model.MinuteQuota, 0, false},
		{says(503, `<html>down</html>`, "Retry-After", "3"), model.Overloaded, 3 * time.Second, false},
		{says(500, `{"error":"it broke"}`), model.Overloaded, 0, false},
		{says(408, ``), model.Overloaded, 0, false},
		{says(200, `{"choices":[]}`), model.Lost, 0, false},
		{says(200, `{"choices":[{"mess`), model.Lost, 0, false},
		{says(200, strings.Repeat(`[`, 100_000)), model.Lost, 0, false},
		{says(200, `{"choices":[{"message":{"content":{"a":1}}}]}`), model.Lost, 0, false},
		{answers(`{"content":"half"}`, "abort"), model.Lost, 0, false},
		{says(200, `{"choices":[{`, "Content-Length", "10000"), model.Lost, 0, false},
		{func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }, model.Lost, 0, false},
	} {
		_, _, err := serve(t, c.reply).client(t, "").Generate(t.Context(), ask())
		var trouble *model.Trouble
		if !errors.As(err, &trouble) || trouble.Class != c.class || trouble.Tokens != c.tokens || trouble.Wait.Round(time.Second/4) < c.wait || trouble.Wait > c.wait+time.Second {
			t.Errorf("got %#v, want %s, wait %v", err, c.class, c.wait)
		}
		var refusal *steps.Refusal
		if errors.As(err, &refusal) {
			t.Errorf("%v is settled", err)
		}
	}
	nobody := serve(t, fine)
	nobody.Close()
	_, _, err := nobody.client(t, "").Generate(t.Context(), ask())
	var trouble *model.Trouble
	if !errors.As(err, &trouble) || trouble.Class != model.Overloaded {
		t.Errorf("nobody there: %v", err)
	}
}

// A reply longer than any answer is not read to its end.
func TestAnEndlessReplyIsNotRead(t *testing.T) {
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		blank := []byte(strings.Repeat(" ", 1<<20))
		for r.Context().Err() == nil {
			if _, err := w.Write(blank); err != nil {
				return
			}
		}
	})
	_, _, err := s.client(t, "").Generate(t.Context(), ask())
	var trouble *model.Trouble
	if !errors.As(err, &trouble) || trouble.Class != model.Lost || !strings.Contains(err.Error(), "more than 64 MB") {
		t.Error(err)
	}
}

// What is wrong for every question ends all, and says what to do; the key is not in it.
func TestErrorsThatEndAll(t *testing.T) {
	for _, c := range []struct {
		reply     http.HandlerFunc
		key, want string
	}{
		{says(401, `{"error":{"message":"Incorrect API key provided: `+secret+`"}}`), secret, "the server does not accept the key in OPENAI_API_KEY"},
		{says(401, ``), "", "the server wants a key: set OPENAI_API_KEY"},
		{says(404, `{"detail":"Not Found"}`), "", "check baseURL, which mostly ends in /v1, and the name of the model"},
		{says(400, `{"error":{"message":"temperature\n too high"}}`), "", "400: temperature too high: check the model's settings"},
		{says(429, `{"error":{"message":"You exceeded your current quota","code":"insufficient_quota"}}`), "", "the account has no money left"},
		{says(302, ``, "Location", "http://127.0.0.1:1/"), secret, "this is not how a server of OpenAI's protocol answers"},
	} {
		_, _, err := serve(t, c.reply).client(t, c.key).Generate(t.Context(), ask())
		var trouble *model.Trouble
		var refusal *steps.Refusal
		if err == nil || errors.As(err, &trouble) || errors.As(err, &refusal) || !strings.Contains(err.Error(), c.want) {
			t.Errorf("got %v, want %s", err, c.want)
		}
		if strings.Contains(fmt.Sprint(err), secret) || strings.Contains(fmt.Sprint(err), "\n") {
			t.Errorf("the key, or a second line, in %q", err)
		}
	}
}

// Servers differ in the fields that they take: the first question finds out, for nothing, and the others keep to it. Then a
// question that is called invalid is at fault itself.
func TestTheFormThatAServerTakesIsFoundOnce(t *testing.T) {
	invalid := says(400, `{"error":{"message":"\"qwen-3\" does not support thinking","type":"invalid_request_error","param":null,"code":null}}`)
	s := serve(t, invalid, invalid, fine, fine, invalid)
	c := s.client(t, "")
	for range 2 {
		if _, _, err := c.Generate(t.Context(), ask()); err != nil {
			t.Fatal(err)
		}
	}
	var forms []string
	for _, a := range s.asked {
		forms = append(forms, fmt.Sprintf("%v %v %v", a["max_tokens"], a["max_completion_tokens"], a["reasoning_effort"]))
	}
	if want := []string{"500 <nil> low", "<nil> 500 low", "500 <nil> <nil>", "500 <nil> <nil>"}; !slices.Equal(forms, want) {
		t.Errorf("asked %q, want %q", forms, want)
	}
	_, _, err := c.Generate(t.Context(), ask())
	var refusal *steps.Refusal
	if !errors.As(err, &refusal) || refusal.Reason != "invalid request" || refusal.Transient || len(s.asked) != 5 {
		t.Errorf("%v after %d requests", err, len(s.asked))
	}
}

// Two questions are settled alone, whenever they come.
func TestQuestionsThatAreAtFaultThemselves(t *testing.T) {
	for reply, want := range map[string]string{
		`{"error":{"code":"context_length_exceeded","message":"too long"}}`: "too long",
		`{"error":{"code":"content_filter","message":"no"}}`:                "content_filter",
	} {
		s := serve(t, says(400, reply))
		_, _, err := s.client(t, "").Generate(t.Context(), ask())
		var refusal *steps.Refusal
		if !errors.As(err, &refusal) || refusal.Reason != want || refusal.Transient || len(s.asked) != 1 {
			t.Errorf("%v after %d requests, want %s", err, len(s.asked), want)
		}
	}
}

func TestTheContextEndsAQuestion(t *testing.T) {
	why := errors.New("stopped")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := serve(t, func(_ http.ResponseWriter, r *http.Request) { cancel(why); <-r.Context().Done() })
	if _, _, err := s.client(t, "").Generate(ctx, ask()); !errors.Is(err, why) {
		t.Error(err)
	}
}

func TestVectorsAreJoinedByIndex(t *testing.T) {
	r := openai.EmbedRequest{Model: "e", Texts: []string{"a", "b"}, Dimensions: 2}
	for reply, want := range map[string]string{
		`{"data":[{"index":1,"embedding":[0,2]},{"index":0,"embedding":[3,0]}],"usage":{"prompt_tokens":5}}`: "[[1 0] [0 1]]",
		`{"data":[{"index":0,"embedding":[1,0]}]}`:                                                           "1 vectors for 2 texts",
		`{"data":[{"index":0,"embedding":[1,0]},{"index":0,"embedding":[0,1]}]}`:                             "given twice",
		`{"data":[{"index":0,"embedding":[1,0]},{"index":5,"embedding":[0,1]}]}`:                             "given twice",
		`{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,0]}]}`:                             "zero",
		`{"data":[{"index":0,"embedding":[1,0]},{"index":1,"embedding":[0,1,0]}]}`:                           "another size",
		`{"data":"none"}`: "unreadable",
	} {
		v, u, err := serve(t, says(200, reply)).client(t, "").Embed(t.Context(), r)
		if got := fmt.Sprint(v, err); !strings.Contains(got, want) || err == nil && u.In != 5 {
			t.Errorf("%s: got %s, %+v", reply, got, u)
		}
	}
}

func TestAddressesAndKeysThatCannotBe(t *testing.T) {
	for _, o := range []openai.Options{{BaseURL: "localhost:8000"}, {BaseURL: ""}, {BaseURL: "http://x/v1", Key: secret + "\n"}} {
		if _, err := openai.New(o); err == nil || strings.Contains(err.Error(), secret) {
			t.Errorf("%q: %v", o.BaseURL, err)
		}
	}
}

func FuzzReply(f *testing.F) {
	f.Add(`{"choices":[{"message":{"content":"x"},"finish_reason":"stop"}],"usage":{"prompt_tokens":1e300}}`)
	f.Add(`{"choices":[{"message":{"content":[{"type":"text"}]}}]}`)
	f.Fuzz(func(t *testing.T, body string) {
		s := httptest.NewServer(says(200, body))
		defer s.Close()
		c, err := openai.New(openai.Options{BaseURL: s.URL})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		if a, _, err := c.Generate(t.Context(), ask()); err == nil && (a.Finish == "STOP" && strings.TrimSpace(a.Text) == "" || a.Usage.Out < 0) {
			t.Errorf("%+v", a)
		}
	})
}
