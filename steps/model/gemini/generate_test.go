package gemini_test

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/model/gemini"
)

func TestAnAnswerComesWithoutItsThoughtsAndWithWhatItCost(t *testing.T) {
	s := serve(t, answers("fine <b>", "STOP"))
	a, from, err := s.client(t, gemini.Gemini).Generate(t.Context(), ask())
	want := model.Answer{Text: "fine <b>", Finish: "STOP", Usage: model.Usage{In: 8, Out: 11, Thought: 829, Cached: 3}}
	if err != nil || a != want || from != (model.Provenance{Provider: "gemini", Version: "flash-001"}) {
		t.Errorf("%+v, %+v, %v", a, from, err)
	}
}

// What an answer is worth is told by why it ended.
func TestHowAnswersEnd(t *testing.T) {
	usage := model.Usage{In: 8, Out: 11, Thought: 829, Cached: 3}
	for _, c := range []struct {
		reply        http.HandlerFunc
		finish       string // "" if refused
		reason, more string
	}{
		{answers("cut", "MAX_TOKENS"), "MAX_TOKENS", "", ""},
		{answers("", "MAX_TOKENS"), "MAX_TOKENS", "", ""}, // thinking used it all up
		{answers(" \n", "STOP"), "", "empty", ""},
		{answers("half", "SAFETY"), "", "SAFETY", ""},
		{answers("half", "RECITATION"), "", "RECITATION", ""},
		{answers("", "PROHIBITED_CONTENT"), "", "PROHIBITED_CONTENT", ""},
		{answers("", "A_WORD_OF_TOMORROW"), "", "A_WORD_OF_TOMORROW", ""},
		{says(200, `{"promptFeedback":{"blockReason":"SAFETY"},"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":11,"thoughtsTokenCount":829,"cachedContentTokenCount":3}}`),
			"", "prompt blocked", "SAFETY"},
		{says(200, `{"usageMetadata":{"promptTokenCount":8,"candidatesTokenCount":11,"thoughtsTokenCount":829,"cachedContentTokenCount":3}}`),
			"", "empty", ""},
	} {
		a, _, err := serve(t, c.reply).client(t, gemini.Gemini).Generate(t.Context(), ask())
		var r *steps.Refusal
		switch {
		case c.finish != "" && (err != nil || a.Finish != c.finish):
			t.Errorf("want an answer that ended with %s, have %+v, %v", c.finish, a, err)
		case c.finish == "" && (!errors.As(err, &r) || r.Reason != c.reason || r.Transient || !strings.Contains(r.Detail, c.more)):
			t.Errorf("want a refusal for good, %s: %s, have %v", c.reason, c.more, err)
		}
		if a.Usage != usage {
			t.Errorf("%s%s: it cost %+v, want %+v", c.finish, c.reason, a.Usage, usage)
		}
	}
}

// A question is one call, at the address of its provider, with the key in a header and nowhere else.
func TestWhatIsSent(t *testing.T) {
	const path = "publishers/google/models/gemini-3-flash-preview:generateContent"
	for provider, want := range map[string]string{
		gemini.Gemini:  "POST /v1beta/models/gemini-3-flash-preview:generateContent",
		gemini.Express: "POST /v1beta1/" + path,
		gemini.Vertex:  "POST /v1beta1/projects/p/locations/europe-west4/" + path,
	} {
		t.Setenv("GOOGLE_API_KEY", "another-key")
		t.Setenv("GOOGLE_CLOUD_PROJECT", "another-project")
		s := serve(t, answers("yes", "STOP"))
		if _, _, err := s.client(t, provider).Generate(t.Context(), ask()); err != nil {
			t.Fatal(provider, err)
		}
		if got := s.calls(); len(got) != 1 || got[0] != want {
			t.Errorf("%s: %v, want %s", provider, got, want)
		}
		key, token := s.call(0).header.Get("X-Goog-Api-Key"), s.call(0).header.Get("Authorization")
		if provider == gemini.Vertex && (key != "" || token != "Bearer "+secret) || provider != gemini.Vertex && (key != secret || token != "") {
			t.Errorf("%s: key %q, token %q", provider, key, token)
		}
	}
}

// One question is the same, asked alone or in a job.
func TestALineOfAJobIsWhatIsAskedAlone(t *testing.T) {
	for _, change := range []func(*model.Request){
		func(*model.Request) {},
		func(r *model.Request) { r.System, r.Model.ThinkingLevel, r.Model.MaxOutputTokens = "", "", 0 },
		func(r *model.Request) {
			r.Model.Name, r.Model.ThinkingLevel, r.Model.Temperature = "gemini-2.5-pro", "high", 0
		},
		func(r *model.Request) { r.Model.Name = "gemini-of-tomorrow" },
	} {
		r := ask()
		change(&r)
		s := serve(t, answers("yes", "STOP"))
		c := s.client(t, gemini.Gemini)
		if _, _, err := c.Generate(t.Context(), r); err != nil {
			t.Fatal(err)
		}
		line, err := c.AppendLine(nil, r)
		if err != nil || strings.Contains(string(line), `\u003c`) || !strings.HasSuffix(string(line), "}\n") {
			t.Errorf("%s, %v", line, err)
		}
		var one any
		var in struct {
			Key     string
			Request any
		}
		if err := errors.Join(json.Unmarshal([]byte(s.call(0).body), &one), json.Unmarshal(line, &in)); err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(one, in.Request) || in.Key != r.Key() {
			t.Errorf("alone  %s\nin a job %s", s.call(0).body, line)
		}
	}
}

// A stopped answer has a token to go on with; each going on would be billed.
func TestAnswersAreNotContinuedBehindOurBack(t *testing.T) {
	s := serve(t, says(200, `{"candidates":[{"content":{"parts":[{"text":"half"}]},"finishReason":"CONTINUATION","continuationToken":"aGk="}]}`))
	a, _, err := s.client(t, gemini.Gemini).Generate(t.Context(), ask())
	if err != nil || a.Finish != "CONTINUATION" || len(s.calls()) != 1 {
		t.Errorf("%+v, %v after %v", a, err, s.calls())
	}
}

func TestAQuestionThatIsGivenUpIsNoFailureOfTheService(t *testing.T) {
	why := errors.New("the user pressed Ctrl-C")
	ctx, cancel := context.WithCancelCause(t.Context())
	s := serve(t, func(w http.ResponseWriter, r *http.Request) { cancel(why); <-r.Context().Done() })
	if _, _, err := s.client(t, gemini.Gemini).Generate(ctx, ask()); !errors.Is(err, why) {
		t.Errorf("%v, want %v", err, why)
	}
}

// One prompt may be too long. That ends neither the asking for others nor is it tried again.
func TestABadRequestAmongGoodOnesConcernsItselfAlone(t *testing.T) {
	s := serve(t, fails(400, "INVALID_ARGUMENT"), answers("yes", "STOP"), fails(400, "INVALID_ARGUMENT"))
	c := s.client(t, gemini.Gemini)
	_, _, err := c.Generate(t.Context(), ask())
	if f, r := failure(t, err); f.Class != gemini.BadRequest || r != nil {
		t.Errorf("before any answer: %v", err)
	}
	if _, _, err := c.Generate(t.Context(), ask()); err != nil {
		t.Fatal(err)
	}
	_, _, err = c.Generate(t.Context(), ask())
	if f, r := failure(t, err); f.Class != gemini.Unanswerable || r == nil || r.Transient {
		t.Errorf("after an answer: %v", err)
	}
}

func TestTheSDKDoesNotTakeAModelNameLikeThat(t *testing.T) {
	r := ask()
	r.Model.Name = "../files?x=y"
	s := serve(t, answers("yes", "STOP"))
	_, _, err := s.client(t, gemini.Gemini).Generate(t.Context(), r)
	if f, refusal := failure(t, err); f.Class != gemini.BadRequest || f.Lost || refusal != nil || len(s.calls()) > 0 {
		t.Errorf("%v after %v", err, s.calls())
	}
}

// A proxy sends its own page, a reply is cut short, a field has another type: nothing of it is an answer.
func TestRepliesThatMakeNoSense(t *testing.T) {
	for name, reply := range map[string]http.HandlerFunc{
		"page": says(200, "<html>please log in</html>"), "half": says(200, `{"candidates":[{"con`), "list": says(200, `[1,2]`),
		"type": says(200, `{"candidates":"none"}`), "types": says(200, `{"candidates":[{"content":7,"finishReason":{}}]}`),
	} {
		_, _, err := serve(t, reply).client(t, gemini.Gemini).Generate(t.Context(), ask())
		if f, r := failure(t, err); f.Class != gemini.Unreadable || !f.Lost || r == nil || !r.Transient {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestBrokenConnections(t *testing.T) {
	down := serve(t, hangsUp)
	down.Close()
	for name, c := range map[string]struct {
		s    *service
		lost bool
	}{
		"nobody there": {down, false}, "hangs up": {serve(t, hangsUp), true}, "breaks off": {serve(t, breaksOff(`{"candidates":[`)), true},
	} {
		_, _, err := c.s.client(t, gemini.Gemini).Generate(t.Context(), ask())
		if f, r := failure(t, err); f.Class != gemini.Broken || f.Lost != c.lost || r == nil || !r.Transient || len(c.s.calls()) > 1 {
			t.Errorf("%s: %v, lost %v after %v", name, err, f.Lost, c.s.calls())
		}
	}
}

// A question is never sent on elsewhere, and the key never goes to another host.
func TestRedirects(t *testing.T) {
	other := serve(t, answers("from elsewhere", "STOP"))
	s := serve(t, with(says(307, ""), "Location", other.URL+"/x"))
	_, _, err := s.client(t, gemini.Gemini).Generate(t.Context(), ask())
	if f, _ := failure(t, err); f.Class != gemini.Unsupported || len(other.calls()) > 0 {
		t.Errorf("%v after %v", err, other.calls())
	}
	if _, err := s.client(t, gemini.Gemini).Get(t.Context(), "x"); err == nil {
		t.Error("that was no job")
	}
	if other.call(0).header.Get("X-Goog-Api-Key") != "" {
		t.Error("another host has seen the key")
	}
}
