package transform_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model"
	"sftrun.local/steps/steptest"
	"sftrun.local/steps/transform"
)

// config is a config with more fields of the model and a number of rows.
func config(model string, maxRows int) string {
	return fmt.Sprintf(`{"model":{"provider":"gemini","name":"flash","thinkingLevel":"low","maxOutputTokens":20000,
		"temperature":0,%s},"prompts":{"system":{"path":"system.md"},"user":{"path":"user.md"}},"maxRows":%d}`, model, maxRows)
}

// answering is a case in which the model answers each think text by a function.
func answering(answer func(text string) (string, error), rows ...string) steptest.Case {
	return steptest.Case{
		Config: config(`"batch":true`, 5000),
		Inputs: map[string][]string{"input": rows},
		Files:  map[string]string{"system.md": "Rewrite.\n", "user.md": "{think_text} | \\frac{a}{b} {x} | {think_text}"},
		Replies: func(q steps.Question) (steps.Reply, error) {
			text, err := answer(request(q).Input)
			return steps.Reply{
				Body: steps.Encode(model.Answer{Text: text, Finish: "STOP", Usage: model.Usage{In: 10, Out: 20, Thought: 3}}),
				Provenance: steps.Encode(model.Provenance{
					Provider: "vertex", Version: "flash-001", Batch: true, Job: "batches/1", CostUSD: 0.5,
				}),
			}, err
		},
	}
}

// about finds the question about a text.
func about(text string) func(steps.Question) bool {
	return func(q steps.Question) bool { return request(q).Input == text }
}

func request(q steps.Question) model.Request {
	var r model.Request
	if err := json.Unmarshal(q.Body, &r); err != nil {
		panic(err)
	}
	return r
}

// upper is what the models of these tests make of a text.
func upper(text string) (string, error) { return strings.ToUpper(text), nil }

// row is a row with one assistant message, given as it stands in JSON.
func row(id, content string) string {
	return fmt.Sprintf(`{"id":%q,"messages":[{"role":"user","content":"q"},{"role":"assistant","content":"%s"}]}`, id, content)
}

func TestRewritesThinkBlocksAndNothingElse(t *testing.T) {
	in := `{"id": "1" ,"n":1e400, "messages": [{"role":"user","content":"<think>mine</think>\u00e9"} , ` +
		`{"content" : "a <think> one </think> b <THINK>\ntwo\n</Think> \\frac{1}{2}","role":"assistant", "x":[ ]},` +
		`{"role":"assistant","content":["<think>parts</think>"]},{"role":"assistant","content":"\u00e9"},` +
		`{"role":"assistant","content":"<think>three</think>"}],"z":{}}`
	want := strings.NewReplacer(
		`<think> one </think>`, `<think>\nONE\n</think>`, `<THINK>\ntwo\n</Think>`, `<think>\nTWO\n</think>`,
		`<think>three</think>`, `<think>\nTHREE\n</think>`).Replace(in)
	made := steptest.Run(t, transform.Kind(), answering(upper, in))
	if got := made.Texts(); len(got) != 1 || got[0] != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// Half a surrogate pair, escapes that need not be, and a tag that is escaped itself: all stay, outside of blocks.
func TestTextOutsideBlocksStaysByteForByte(t *testing.T) {
	const odd = `\ud800\u00e9\/\u003cb\u003e\ud83d\ude00`
	made := steptest.Run(t, transform.Kind(), answering(upper, row("1", odd+`\u003cthink\u003e`+`a\u00e9`+`<\/think>`+odd)))
	if got, want := made.Texts()[0], row("1", odd+`<think>\nAÉ\n</think>`+odd); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

// A mistake within the model's settings is found as well as one outside of them.
func TestMistakesInTheModel(t *testing.T) {
	for change, field := range map[string]string{
		`"batch":true,"baseURL":"http://x/v1"`: "model.baseURL",
		`"batch":7`:                            "model.batch",
	} {
		var wrong *steps.FieldError
		if _, err := transform.Kind().New([]byte(config(change, 5))); !errors.As(err, &wrong) || wrong.Field != field {
			t.Errorf("%s: got %v, want an error of %s", change, err, field)
		}
	}
	if _, err := transform.Kind().New([]byte(config(`"bacth":true`, 5))); err == nil {
		t.Error("a field that no model has was accepted")
	}
}

// A blank block is not sent and stays as it is, and the replies after it do not shift.
func TestBlankBlocksStay(t *testing.T) {
	in := row("1", `<think> \n</think><think>one</think><think></think><think>two</think>`)
	want := row("1", `<think> \n</think><think>\nONE\n</think><think></think><think>\nTWO\n</think>`)
	made := steptest.Run(t, transform.Kind(), answering(upper, in))
	if got := made.Texts()[0]; got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	if len(made.Asked) != 2 || made.Figures["think blocks"]["left blank"] != 2 {
		t.Errorf("%d questions, figures %v", len(made.Asked), made.Figures)
	}
}

// A row with nothing to rewrite passes as it is, and nothing is asked.
func TestRowsWithoutBlocksPass(t *testing.T) {
	in := []string{
		row("none", "no block"), row("blank", "<think> </think>"), row("open", "<think>no end"),
		`{"id":"user","messages":[{"role":"user","content":"<think>a</think>"}]}`, `{"id":"empty","messages":[]}`,
	}
	made := steptest.Run(t, transform.Kind(), answering(upper, in...))
	if got := made.Texts(); !slices.Equal(got, in) {
		t.Errorf("got %q", got)
	}
	if len(made.Asked) != 0 || made.Figures["rows"]["nothing to rewrite"] != len(in) {
		t.Errorf("%d questions, figures %v", len(made.Asked), made.Figures)
	}
}

// Only the placeholder is replaced, each time it occurs, and what replaces it is not looked at again.
func TestPromptHoldsTheTextAsItIs(t *testing.T) {
	made := steptest.Run(t, transform.Kind(), answering(upper, row("1", `<think> {think_text} $1 {x} </think>`)))
	r := request(made.Asked[0])
	const text = "{think_text} $1 {x}"
	want := model.Request{
		Model:  model.Settings{Provider: "gemini", Name: "flash", ThinkingLevel: "low", MaxOutputTokens: 20000},
		System: "Rewrite.\n", User: text + ` | \frac{a}{b} {x} | ` + text, Input: text,
	}
	if r != want {
		t.Errorf("got %+v\nwant %+v", r, want)
	}
}

// Replies are cleaned once: the fence around one goes, fences within it stay, even one around all the rest.
func TestFencedReplies(t *testing.T) {
	for reply, want := range map[string]string{
		"\ufeff```xml\n```go\nx\n```\nend\n```\n": "<think>\\n```go\\nx\\n```\\nend\\n</think>",
		"````\n```go\nx\n```\n````":               "<think>\\n```go\\nx\\n```\\n</think>",
	} {
		fenced := func(string) (string, error) { return reply, nil }
		made := steptest.Run(t, transform.Kind(), answering(fenced, row("1", `<think>one</think>`)))
		if got, want := made.Texts()[0], row("1", want); got != want {
			t.Errorf("got  %s\nwant %s", got, want)
		}
	}
}

// One bad reply fails its row, with the reason of the first, and leaves the other rows alone.
func TestBadRepliesFailTheirRows(t *testing.T) {
	answer := func(text string) (string, error) {
		switch text {
		case "refused":
			return "", &steps.Refusal{Reason: "MAX_TOKENS", Detail: "20000 tokens", Transient: true}
		case "empty":
			return "```\n \n```", nil
		case "closing", "opening":
			return map[string]string{"closing": "a </THINK> b", "opening": "a <think> b"}[text], nil
		}
		return upper(text)
	}
	made := steptest.Run(t, transform.Kind(), answering(answer,
		row("1", `<think>good</think>`), row("2", `<think>good</think><think>refused</think><think>empty</think>`),
		row("3", `<think>empty</think>`), row("4", `<think>closing</think>`), row("5", `<think>opening</think>`),
		`{"id":"6","messages":"none"}`,
	))
	want := map[string]int{"MAX_TOKENS": 1, "empty": 1, "think tag in reply": 2, "invalid_messages": 1}
	if got := made.Reasons(); !maps.Equal(got, want) {
		t.Errorf("reasons %v, want %v", got, want)
	}
	empty, mixed := request(made.Asked[slices.IndexFunc(made.Asked, about("empty"))]).Key(), made.Rejects[0].Questions
	if !slices.Equal(mixed, []string{empty}) || !slices.Equal(made.Rejects[1].Questions, []string{empty}) {
		t.Errorf("rows with an empty reply name the questions %q and %q, want %q", mixed, made.Rejects[1].Questions, empty)
	}
	refused := made.Rejects[0]
	if refused.ID != "2" || !refused.Failed || !refused.Transient || refused.Detail != "20000 tokens" {
		t.Errorf("refusal handed on as %+v", refused)
	}
	if len(made.Rows) != 1 || made.Rows[0].From.Row != 0 {
		t.Errorf("rows %+v", made.Rows)
	}
}

// maxRows cuts one part short and drops what follows; raising it changes no action of a part that was whole before.
func TestMaxRows(t *testing.T) {
	var rows []string
	for i := range 9 {
		rows = append(rows, row(fmt.Sprint(i), fmt.Sprintf(`<think>t%d</think>`, i)))
	}
	c := answering(upper, rows...)
	made := map[int]steptest.Dataset{}
	for _, most := range []int{3, 5, 6, 20} {
		c.Config = config(`"batch":true`, most)
		made[most] = steptest.Run(t, transform.Kind(), c)
		want := min(most, len(rows))
		if got := made[most]; len(got.Rows) != want || len(got.Asked) != want || got.Reasons()["past maxRows"] != 9-want {
			t.Errorf("maxRows %d: %d rows, %d questions, rejects %v", most, len(got.Rows), len(got.Asked), got.Reasons())
		}
	}
	same := func(a, b, part int) bool {
		return string(made[a].Actions[part].Config) == string(made[b].Actions[part].Config)
	}
	if !same(3, 5, 0) || same(3, 5, 1) || !same(3, 5, 2) || !same(6, 20, 1) {
		t.Error("raising maxRows changes other actions than those of the rows it adds")
	}
}

// How requests are sent and where prompts lie changes what publication adds, but no key.
func TestBatchIsInNoKey(t *testing.T) {
	c := answering(upper, row("1", `<think>one</think>`))
	c.SameKey = []string{
		config(`"batch":true,"limits":{"requestsPerMinute":5,"tokensPerMinute":6,"concurrency":7,"enqueuedTokens":8}`, 5000),
		config(`"batch":true,"retry":{"tries":9,"firstWait":1,"longestWait":2}`, 5000), config(`"batch":true,"project":"p","location":"l","bucket":"gs://b"`, 5000),
		config(`"batch":false`, 5000), config(`"batch":true`, 1)}
	steptest.Run(t, transform.Kind(), c)
	c.SameKey = []string{strings.Replace(c.Config, `"low"`, `"high"`, 1)}
	if _, err := steptest.Check(transform.Kind(), c); err == nil || !strings.Contains(err.Error(), "is in no key") {
		t.Error("the thinking level is in no key")
	}
}

// What is known of each row: of the answers it was made of, and null where it was made of none.
func TestWhatIsKnownOfARow(t *testing.T) {
	answer := func(text string) (string, error) { return "<exec>" + strings.TrimSuffix(text, " f") + "</exec>", nil }
	made := steptest.Run(t, transform.Kind(), answering(answer,
		row("1", `<think>a b c</think><think>d e f</think>`), row("2", "nothing")))
	meta := func(n int) map[string]any {
		all := map[string]any{}
		for _, object := range []string{string(made.Actions[n].Meta), made.Rows[n].Provenance} {
			if err := json.Unmarshal([]byte(object), &all); err != nil && object != "" {
				t.Fatal(err)
			}
		}
		return all
	}
	want := map[string]any{
		"model": "flash", "mode": "vertex", "batch": true, "max_output_tokens": 20000.0, "thinking_level": "low",
		"temperature": 0.0, "system_prompt_path": "system.md", "user_prompt_path": "user.md", "source_batch": "batches/1",
		"model_version": "flash-001", "think_blocks": 2.0, "input_tokens": 20.0, "output_tokens": 40.0,
		"thought_tokens": 6.0, "cost_usd": 1.0, "words_kept": 0.8333,
	}
	if got := meta(0); !maps.Equal(got, want) {
		t.Errorf("got  %v\nwant %v", got, want)
	}
	if got := meta(1); got["mode"] != "gemini" || got["batch"] != true {
		t.Errorf("a row with nothing to rewrite does not show the config: %v", got)
	}
	for field, value := range meta(1) {
		if _, set := want[field]; !set || (value == nil) != slices.Contains([]string{"source_batch", "model_version",
			"think_blocks", "input_tokens", "output_tokens", "thought_tokens", "cost_usd", "words_kept"}, field) {
			t.Errorf("a row with nothing to rewrite has %s: %v", field, value)
		}
	}
	if got := made.Figures["words kept"]; got["75–90 %"] != 1 {
		t.Errorf("words kept: %v", got)
	}
}

// A prompt that cannot be sent is told before anything is asked, with its field and its path.
func TestPromptMistakes(t *testing.T) {
	for _, tt := range []struct{ file, text, field, words string }{
		{"user.md", "Rewrite it.", "prompts.user", "user.md: no {think_text} in it, so the model would not see the trace"},
		{"user.md", " \n", "prompts.user", "user.md: is empty"},
		{"system.md", "", "prompts.system", "system.md: is empty"},
		{"system.md", "caf\xe9", "prompts.system", "system.md: is not UTF-8 text"},
	} {
		c := answering(func(string) (string, error) {
			t.Error("a question was asked")
			return "", errors.New("asked")
		}, row("1", `<think>one</think>`))
		c.Files[tt.file] = tt.text
		_, err := steptest.Execute(t.Context(), transform.Kind(), c)
		var field *steps.FieldError
		if !errors.As(err, &field) || field.Field != tt.field || !strings.HasPrefix(field.Text, tt.words) {
			t.Errorf("%s %q: got %v", tt.file, tt.text, err)
		}
	}
}

func TestMaxRowsMustLeaveSomething(t *testing.T) {
	var field *steps.FieldError
	if _, err := transform.Kind().New([]byte(config(`"batch":true`, 0))); !errors.As(err, &field) || field.Field != "maxRows" {
		t.Errorf("got %v", err)
	}
}
