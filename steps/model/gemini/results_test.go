package gemini_test

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"sftrun.local/steps"
	"sftrun.local/steps/model/gemini"
)

var done = gemini.Job{Name: "batches/x", Output: "files/out"}

// collect reads the results of a job into one line each.
func collect(t *testing.T, c *gemini.Client, j gemini.Job) (list []string, err error) {
	t.Helper()
	for r, err := range c.Results(t.Context(), j) {
		if err != nil {
			return list, err
		}
		list = append(list, show(r))
	}
	return list, nil
}

func show(r gemini.Result) string {
	var refusal *steps.Refusal
	var bad *gemini.LineError
	switch {
	case errors.As(r.Err, &bad):
		return fmt.Sprintf("%d %s bad", bad.Line, r.Key)
	case errors.As(r.Err, &refusal):
		return fmt.Sprintf("%d %s refused %s %v", r.Line, r.Key, refusal.Reason, refusal.Transient)
	case r.Err != nil:
		return r.Err.Error()
	}
	return fmt.Sprintf("%d %s %s %q in %s", r.Line, r.Key, r.Answer.Finish, r.Answer.Text, r.From.Job)
}

func said(text, finish string) string {
	return `{"candidates":[{"content":{"parts":[{"text":"hm","thought":true},{"text":"` + text + `"}]},"finishReason":"` + finish + `","finishMessage":"for a reason"}],"modelVersion":"v"}`
}

// All that lines of an output file have been seen to be.
func TestLines(t *testing.T) {
	for line, want := range map[string]string{
		`{"key":"a","response":` + said("yes", "STOP") + `}`:                          `1 a STOP "yes" in batches/x`,
		`{"response":` + said("cut", "MAX_TOKENS") + `,"key":"a"}`:                    `1 a MAX_TOKENS "cut" in batches/x`,
		`{"key":"a","response":` + said("bad", "SAFETY") + `}`:                        `1 a refused SAFETY false`,
		`{"key":"a","response":` + said(" ", "STOP") + `}`:                            `1 a refused empty false`,
		`{"key":"a","response":{"promptFeedback":{"blockReason":"OTHER"}}}`:           `1 a refused prompt blocked false`,
		`{"key":"a","error":{"code":13,"message":"Internal"}}`:                        `1 a refused INTERNAL true`,
		`{"key":"a","status":{"code":"8","message":"x","details":[{"@type":"y"}]}}`:   `1 a refused RESOURCE_EXHAUSTED true`,
		`{"key":"a","error":{"code":4}}`:                                              `1 a refused DEADLINE_EXCEEDED true`,
		`{"key":"a","error":{"code":14},"response":{}}`:                               `1 a refused UNAVAILABLE true`,
		`{"key":"a","error":{"code":3,"message":"too long"}}`:                         `1 a refused INVALID_ARGUMENT false`,
		`{"key":"a","error":{"message":"without a code"}}`:                            `1 a refused row failed true`,
		`{"key":"a","error":{"code":777}}`:                                            `1 a refused status 777 true`,
		`{"key":"a","error":"Error: something"}`:                                      `1 a refused row failed true`,
		`{"key":"a","error":{"code":{}}}`:                                             `1 a refused no answer true`,
		`{"key":"a","error":null,"status":{},"response":` + said("yes", "STOP") + `}`: `1 a STOP "yes" in batches/x`,
		`{"key":"a","error":{"code":0},"response":` + said("yes", "STOP") + `}`:       `1 a STOP "yes" in batches/x`,
		`{"key":"a"}`:                `1 a refused no answer true`,
		`{"key":"a","response":{}}`:  `1 a refused no answer true`,
		`{"key":7,"response":{}}`:    `1  refused no answer true`,
		`{"key":"a","response":"x"}`: `1 a bad`,
		`{"key":"a","response":{"candidates":[{"content":{"parts":[{"te`:                                           `1  bad`,
		`{"metadata":{"key":"a"},"response":` + said("yes", "STOP") + `}`:                                          `1 a STOP "yes" in batches/x`,
		`{"response":` + said("yes", "STOP") + `}`:                                                                 `1  STOP "yes" in batches/x`,
		`{"status":"","request":{"labels":{"key":"a"}},"response":` + said("yes", "STOP") + `}`:                    `1 a STOP "yes" in batches/x`,
		`{"status":"Error: no","request":{"labels":{"key":"a"}},"response":{}}`:                                    `1 a refused row failed true`,
		`{"status":"{\"error\":{\"code\":429,\"message\":\"x\"}}","request":{"labels":{"key":"a"}},"response":{}}`: `1 a refused status 429 true`,
		`{"status":"{\"error\":{\"code\":400,\"message\":\"x\"}}","request":{"labels":{"key":"a"}},"response":{}}`: `1 a refused status 400 false`,
		`null`:  `1  refused no answer true`,
		`[1]`:   `1  bad`,
		`hello`: `1  bad`,
	} {
		got, err := collect(t, serve(t, says(200, line+"\n")).client(t, gemini.Gemini), done)
		if err != nil || len(got) != 1 || got[0] != want {
			t.Errorf("%s\nis %v, %v\nwant [%s]", line, got, err, want)
		}
	}
}

func TestLineEnds(t *testing.T) {
	one := `{"key":"a","response":` + said("yes", "STOP") + `}`
	for _, c := range []struct{ file, want string }{
		{"", ""},
		{one, "1 a STOP"},
		{one + "\n" + one + "\n", "1 a STOP,2 a STOP"},
		{one + "\r\n\r\n" + one + "\r\n", "1 a STOP,3 a STOP"},
		{one + "\n" + one[:len(one)/2], "1 a STOP,2  bad"},
		{"\xef\xbb\xbf" + one + "\n" + one, "1  bad,2 a STOP"},
	} {
		got, err := collect(t, serve(t, says(200, c.file)).client(t, gemini.Gemini), done)
		for i := range got {
			got[i], _, _ = strings.Cut(got[i], ` "yes"`)
		}
		if err != nil || strings.Join(got, ",") != c.want {
			t.Errorf("%q: %v, %v", c.file, got, err)
		}
	}
}

// Five thousand lines are read through a connection that breaks again and again.
func TestADownloadGoesOnWhereItBroke(t *testing.T) {
	var file strings.Builder
	for i := range 5000 {
		fmt.Fprintf(&file, `{"key":"k%d","response":%s}`+"\n", i, said("yes", "STOP"))
	}
	all := file.String()
	for name, ranges := range map[string]bool{"ranges": true, "from the beginning each time": false} {
		calls := 0
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			calls++
			from := 0
			if ranges && r.Header.Get("Range") != "" {
				fmt.Sscanf(r.Header.Get("Range"), "bytes=%d-", &from)
				w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", from, len(all)-1, len(all)))
				w.WriteHeader(http.StatusPartialContent)
			}
			io.WriteString(w, all[from:min(len(all), calls*100_000)])
			if calls*100_000 < len(all) {
				w.(http.Flusher).Flush()
				panic(http.ErrAbortHandler)
			}
		})
		got, err := collect(t, s.client(t, gemini.Gemini), done)
		if err != nil || len(got) != 5000 || got[4999] != `5000 k4999 STOP "yes" in batches/x` || calls < 5 {
			t.Errorf("%s: %d results in %d calls, %v", name, len(got), calls, err)
		}
	}
}

// An error page is not taken for data, as the SDK does.
func TestADownloadThatFails(t *testing.T) {
	for name, c := range map[string]struct {
		reply http.HandlerFunc
		class gemini.Class
		calls int
	}{
		"gone": {fails(404, "NOT_FOUND"), gemini.NotFound, 1}, "not ours": {fails(403, "PERMISSION_DENIED"), gemini.Forbidden, 1},
		"down": {says(503, "<html>"), gemini.Unavailable, 6}, "never whole": {breaksOff(""), gemini.Broken, 6},
		"another part": {func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Range") == "" {
				breaksOff("{")(w, r)
			}
			w.Header().Set("Content-Range", "bytes 7-8/9")
			w.WriteHeader(http.StatusPartialContent)
		}, gemini.Unreadable, 6},
	} {
		s := serve(t, c.reply)
		got, err := collect(t, s.client(t, gemini.Gemini), done)
		if f, _ := failure(t, err); f.Class != c.class || len(got) > 0 || len(s.calls()) != c.calls {
			t.Errorf("%s: %v, %v after %d calls", name, got, err, len(s.calls()))
		}
	}
	if _, err := collect(t, serve(t, hangsUp).client(t, gemini.Gemini), gemini.Job{Name: "batches/x"}); err == nil {
		t.Error("a job without output has no results")
	}
}

func TestResultsThatTheJobItselfHolds(t *testing.T) {
	one := `{"metadata":{"key":"a"},"response":` + said("yes", "STOP") + `}`
	for _, raw := range []string{
		`{"name":"batches/x","metadata":{"state":"BATCH_STATE_SUCCEEDED"},"response":{"inlinedResponses":{"inlinedResponses":[` + one + `,{"error":{"code":13,"details":[{}]}}]}}}`,
		`{"name":"batches/x","metadata":{"state":"BATCH_STATE_SUCCEEDED","output":{"inlinedResponses":{"inlinedResponses":[` + one + `,{"error":{"code":13,"details":[{}]}}]}}}}`,
	} {
		c := serve(t, says(200, raw)).client(t, gemini.Gemini)
		j, err := c.Get(t.Context(), "x")
		if err != nil || !j.HasAnswers() {
			t.Fatal(j, err)
		}
		got, err := collect(t, c, j)
		if err != nil || strings.Join(got, ",") != `1 a STOP "yes" in batches/x,2  refused INTERNAL true` {
			t.Errorf("%v, %v", got, err)
		}
	}
}

// On Vertex AI, the answers lie in some files of a folder, and the key comes back in the labels of the request.
func TestResultsInABucket(t *testing.T) {
	r := ask()
	var line string
	s := serve(t,
		says(200, `{"items":[{"name":"batches/d-answers/t/incremental_predictions.jsonl"},{"name":"batches/d-answers-of-another/predictions.jsonl"}],"nextPageToken":"2"}`),
		says(200, `{"items":[{"name":"batches/d-answers/t/predictions.jsonl"}]}`),
		func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprintln(w, strings.Replace(strings.TrimSpace(line), `{"request"`, `{"status":"","response":`+said("yes", "STOP")+`,"request"`, 1))
		})
	c := s.client(t, gemini.Vertex)
	text, err := c.AppendLine(nil, r)
	if err != nil {
		t.Fatal(err)
	}
	line = string(text)
	got, err := collect(t, c, gemini.Job{Name: "j", Output: "gs://bucket/batches/d-answers/"})
	if err != nil || len(got) != 1 || got[0] != fmt.Sprintf(`1 %s STOP "yes" in j`, r.Key()) {
		t.Errorf("%v, %v", got, err)
	}
	if calls := s.calls(); calls[2] != "GET /storage/v1/b/bucket/o/batches%2Fd-answers%2Ft%2Fpredictions.jsonl?alt=media" {
		t.Error(calls)
	}
}
