package geminitest_test

import (
	"encoding/json"
	"errors"
	"math"
	"strings"
	"testing"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
	"sftrun.local/steps/think"
)

// The Gemini API, Vertex AI with a key and Vertex AI in a project give the same answer to the same request, and it is
// known as the same request on the bill.
func TestThreeWaysToOneAnswer(t *testing.T) {
	s := start(t, geminitest.Options{Keys: []string{apiKey}, Tokens: []string{token}})
	var texts []string
	for _, client := range []*genai.Client{gemini(t, s.URL(), apiKey), express(t, s.URL(), apiKey), vertex(t, s.URL(), token)} {
		a, err := say(client, t.Context(), prompt(3))
		if err != nil {
			t.Fatal(err)
		}
		u := a.UsageMetadata
		if a.Candidates[0].FinishReason != genai.FinishReasonStop || a.ModelVersion != flash || u.PromptTokenCount == 0 ||
			u.CandidatesTokenCount == 0 || u.ThoughtsTokenCount == 0 || u.TotalTokenCount != u.PromptTokenCount+u.CandidatesTokenCount+u.ThoughtsTokenCount {
			t.Errorf("answer: %+v, usage %+v", a, u)
		}
		texts = append(texts, a.Text())
	}
	if texts[0] != texts[1] || texts[0] != texts[2] {
		t.Errorf("three answers: %q", texts)
	}
	bill := s.Bill()
	if bill.Sync.Requests != 3 || bill.Distinct() != 1 || len(bill.PaidTwice()) != 1 {
		t.Errorf("bill: %+v", bill)
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

// What the default answerer says is what the default pipeline takes for valid, and keeps every word of the trace.
func TestAnswersAreValidRewrites(t *testing.T) {
	s := start(t, geminitest.Options{})
	a, err := say(gemini(t, s.URL(), apiKey), t.Context(), prompt(12))
	if err != nil {
		t.Fatal(err)
	}
	row, err := json.Marshal(map[string]any{"messages": []any{map[string]any{"role": "assistant", "content": "<think>" + a.Text() + "</think>16"}}})
	if err != nil {
		t.Fatal(err)
	}
	if issues := think.Check(row, think.Rules{Order: true}); len(issues) > 0 {
		t.Errorf("%q: %v", a.Text(), issues)
	}
	for _, word := range strings.Fields("I need the sum of 12 and 4. First, 12 + 4 = 16. Wait, let me check that. Yes, so the answer is 16.") {
		if !strings.Contains(a.Text(), word) {
			t.Errorf("%q is missing in %q", word, a.Text())
		}
	}
	if strings.Contains(a.Text(), "Cut the trace") {
		t.Errorf("the instruction was rewritten too: %q", a.Text())
	}
}

// Asked for JSON, it fills the schema.
func TestJSONFollowsTheSchema(t *testing.T) {
	s := start(t, geminitest.Options{})
	c := low()
	c.ResponseMIMEType = "application/json"
	c.ResponseSchema = &genai.Schema{Type: genai.TypeObject, Properties: map[string]*genai.Schema{
		"label": {Type: genai.TypeString}, "tags": {Type: genai.TypeArray, Items: &genai.Schema{Type: genai.TypeString}}}}
	a, err := gemini(t, s.URL(), apiKey).Models.GenerateContent(t.Context(), flash, genai.Text("Name it:\n\nmatrix matrix vector"), c)
	if err != nil {
		t.Fatal(err)
	}
	if want := `{"label":"Matrix Vector","tags":["Matrix Vector"]}`; a.Text() != want {
		t.Errorf("got %s, want %s", a.Text(), want)
	}
}

// Thinking uses up the tokens of the answer.
func TestThinkingUsesUpTheLimit(t *testing.T) {
	s := start(t, geminitest.Options{})
	client := gemini(t, s.URL(), apiKey)
	for _, most := range []int32{1, 90} {
		c := low()
		c.MaxOutputTokens = most
		a, err := client.Models.GenerateContent(t.Context(), flash, genai.Text(prompt(1)), c)
		if err != nil {
			t.Fatal(err)
		}
		if u := a.UsageMetadata; a.Candidates[0].FinishReason != genai.FinishReasonMaxTokens || u.ThoughtsTokenCount+u.CandidatesTokenCount != most {
			t.Errorf("with %d tokens: %s, %+v", most, a.Candidates[0].FinishReason, u)
		}
		if most == 1 && a.Text() != "" {
			t.Errorf("with one token it says %q", a.Text())
		}
	}
}

func TestCountTokensCostsNothing(t *testing.T) {
	s := start(t, geminitest.Options{})
	for _, client := range []*genai.Client{gemini(t, s.URL(), apiKey), express(t, s.URL(), apiKey)} {
		n, err := client.Models.CountTokens(t.Context(), flash, genai.Text("twelve bytes"), nil)
		if err != nil || n.TotalTokens != 3 {
			t.Errorf("%+v, %v", n, err)
		}
	}
	if b := s.Bill(); b.Sync.Requests != 0 || b.USD() != 0 {
		t.Errorf("bill: %+v", b)
	}
	clean(t, s)
}

// Texts that share words are nearer than others; a whole vector has length 1, a shorter one has not.
func TestEmbeddings(t *testing.T) {
	s := start(t, geminitest.Options{})
	contents := []*genai.Content{genai.NewContentFromText("the prime numbers below ten", "user"),
		genai.NewContentFromText("the prime numbers below twenty", "user"), genai.NewContentFromText("a recipe for onion soup", "user")}
	for name, client := range map[string]*genai.Client{"gemini": gemini(t, s.URL(), apiKey), "vertex": vertex(t, s.URL(), token)} {
		whole, err := client.Models.EmbedContent(t.Context(), embedder, contents, &genai.EmbedContentConfig{TaskType: "CLUSTERING"})
		if err != nil {
			t.Fatal(name, err)
		}
		a, b, c := whole.Embeddings[0].Values, whole.Embeddings[1].Values, whole.Embeddings[2].Values
		if near, far := dot(a, b), dot(a, c); near < far+0.2 || math.Abs(dot(a, a)-1) > 1e-4 {
			t.Errorf("%s: near %.3f, far %.3f, length %.3f", name, near, far, dot(a, a))
		}
		short, err := client.Models.EmbedContent(t.Context(), embedder, contents[:1], &genai.EmbedContentConfig{OutputDimensionality: genai.Ptr[int32](768)})
		if err != nil {
			t.Fatal(name, err)
		}
		if v := short.Embeddings[0].Values; len(v) != 768 || dot(v, v) > 0.9 {
			t.Errorf("%s: %d numbers, length %.3f", name, len(v), dot(v, v))
		}
	}
	one, err := vertex(t, s.URL(), token).Models.EmbedContent(t.Context(), "gemini-embedding-2", contents[:1], &genai.EmbedContentConfig{OutputDimensionality: genai.Ptr[int32](256)})
	if err != nil || math.Abs(dot(one.Embeddings[0].Values, one.Embeddings[0].Values)-1) > 1e-4 {
		t.Errorf("gemini-embedding-2: %v", err)
	}
	many := make([]*genai.Content, 101)
	for i := range many {
		many[i] = contents[0]
	}
	if _, err := gemini(t, s.URL(), apiKey).Models.EmbedContent(t.Context(), embedder, many, nil); code(err) != 400 {
		t.Errorf("101 texts: %v", err)
	}
}

func dot(a, b []float32) float64 {
	sum := 0.0
	for i := range a {
		sum += float64(a[i]) * float64(b[i])
	}
	return sum
}

// code is the HTTP status of an error of the SDK, 0 if it is none.
func code(err error) int {
	if e := (genai.APIError{}); errors.As(err, &e) {
		return e.Code
	}
	return 0
}

func TestModels(t *testing.T) {
	s := start(t, geminitest.Options{})
	client := gemini(t, s.URL(), apiKey)
	m, err := client.Models.Get(t.Context(), flash, nil)
	if err != nil || m.Name != "models/"+flash {
		t.Errorf("%+v, %v", m, err)
	}
	seen := 0
	for _, err := range client.Models.All(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		seen++
	}
	if seen < 10 {
		t.Errorf("%d models", seen)
	}
	if _, err := client.Models.Get(t.Context(), "gemini-9", nil); code(err) != 404 {
		t.Errorf("an unknown model: %v", err)
	}
	if m, err := express(t, s.URL(), apiKey).Models.Get(t.Context(), flash, nil); err != nil || !strings.HasSuffix(m.Name, flash) {
		t.Errorf("on Vertex AI: %+v, %v", m, err)
	}
	clean(t, s)
}
