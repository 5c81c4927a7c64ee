package geminitest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// Faults of whole requests: what the SDK makes of each, and what is billed. The second asking gets through.
func TestFaultsOfRequests(t *testing.T) {
	for _, c := range []struct {
		fault  geminitest.Fault
		code   int    // 0: no answer of the service's at all
		text   string // in the error
		billed int
	}{
		{geminitest.QuotaMinute, 429, "retryDelay:30s", 0},
		{geminitest.QuotaPlain, 429, "check quota", 0},
		{geminitest.QuotaDay, 429, "GenerateRequestsPerDayPerProjectPerModel", 0},
		{geminitest.Internal, 500, "INTERNAL", 0},
		{geminitest.Unavailable, 503, "UNAVAILABLE", 0},
		{geminitest.HTMLError, 503, "<!DOCTYPE html>", 0},
		{geminitest.Deadline, 504, "DEADLINE_EXCEEDED", 0},
		{geminitest.BadKey, 400, "API_KEY_INVALID", 0},
		{geminitest.ExpiredKey, 400, "expired", 0},
		{geminitest.Denied, 403, "PERMISSION_DENIED", 0},
		{geminitest.NotFound, 404, "is not found", 0},
		{geminitest.Refused, 400, "INVALID_ARGUMENT", 0},
		{geminitest.Reset, 0, "", 0},
		{geminitest.LoseReply, 0, "", 1},
		{geminitest.CutBody, 0, "unexpected EOF", 1},
		{geminitest.Garbage, 0, "error unmarshalling", 1},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			s := faulty(t, geminitest.Rule{Call: geminitest.Generate, Faults: []geminitest.Fault{c.fault}, Tries: 1})
			client := gemini(t, s.URL(), apiKey)
			_, err := say(client, t.Context(), prompt(1))
			if err == nil || code(err) != c.code || !strings.Contains(err.Error(), c.text) {
				t.Errorf("got code %d, %v", code(err), err)
			}
			if b := s.Bill().Sync; b.Requests != c.billed || b.Lost != c.billed {
				t.Errorf("bill: %+v", b)
			}
			if _, err := say(client, t.Context(), prompt(1)); err != nil {
				t.Errorf("the second time: %v", err)
			}
			clean(t, s)
			if n := s.Faults()[geminitest.Generate][c.fault]; n != 1 {
				t.Errorf("it happened %d times", n)
			}
		})
	}
}

func TestSlowAndStalled(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Generate, Faults: []geminitest.Fault{geminitest.Slow}, Nth: []int{1}, Wait: geminitest.Span(time.Millisecond)},
		geminitest.Rule{Call: geminitest.Generate, Faults: []geminitest.Fault{geminitest.Stalled}})
	client := gemini(t, s.URL(), apiKey)
	if _, err := say(client, t.Context(), prompt(1)); err != nil {
		t.Errorf("slow: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if _, err := say(client, ctx, prompt(2)); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("stalled: %v", err)
	}
	if b := s.Bill(); b.Sync.Requests != 1 {
		t.Errorf("bill: %+v", b)
	}
}

// Faults of answers: how each of them looks, and that it is billed.
func TestFaultsOfAnswers(t *testing.T) {
	plain, err := say(gemini(t, start(t, geminitest.Options{}).URL(), apiKey), t.Context(), prompt(1))
	if err != nil {
		t.Fatal(err)
	}
	whole := plain.Text()
	silent := func(a *genai.GenerateContentResponse) bool { return a.Text() == "" }
	looks := map[geminitest.Fault]func(*genai.GenerateContentResponse) bool{
		geminitest.MaxTokens: func(a *genai.GenerateContentResponse) bool {
			return strings.HasPrefix(whole, a.Text()) && a.Text() != whole
		},
		geminitest.AllThought:   func(a *genai.GenerateContentResponse) bool { return silent(a) && finish(a) == "MAX_TOKENS" },
		geminitest.Continuation: func(a *genai.GenerateContentResponse) bool { return len(a.Candidates[0].ContinuationToken) > 0 },
		geminitest.Blocked: func(a *genai.GenerateContentResponse) bool {
			return a.PromptFeedback.BlockReason == "PROHIBITED_CONTENT" && len(a.Candidates) == 0
		},
		geminitest.Empty: func(a *genai.GenerateContentResponse) bool {
			return silent(a) && finish(a) == "STOP" && len(a.Candidates[0].Content.Parts) == 1
		},
		geminitest.NoContent: func(a *genai.GenerateContentResponse) bool {
			return silent(a) && len(a.Candidates[0].Content.Parts) == 0
		},
		geminitest.NoCandidates: func(a *genai.GenerateContentResponse) bool { return len(a.Candidates) == 0 && a.PromptFeedback == nil },
		geminitest.NoFinish:     func(a *genai.GenerateContentResponse) bool { return finish(a) == "" && a.Text() != "" },
		geminitest.NoUsage:      func(a *genai.GenerateContentResponse) bool { return a.UsageMetadata == nil && a.Text() == whole },
		geminitest.ThoughtParts: func(a *genai.GenerateContentResponse) bool {
			return a.Candidates[0].Content.Parts[0].Thought && a.Text() == whole
		},
		geminitest.Fenced: func(a *genai.GenerateContentResponse) bool { return strings.Contains(a.Text(), "```xml\n"+whole) },
		geminitest.Nested: func(a *genai.GenerateContentResponse) bool {
			return strings.Contains(a.Text(), "<exec>again</exec></exec>")
		},
		geminitest.Unclosed: func(a *genai.GenerateContentResponse) bool {
			return strings.HasPrefix(whole, a.Text()) && !strings.HasSuffix(a.Text(), ">")
		},
		geminitest.WordsLost: func(a *genai.GenerateContentResponse) bool { return len(a.Text()) < len(whole) && finish(a) == "STOP" },
		geminitest.OtherText: func(a *genai.GenerateContentResponse) bool { return strings.Contains(a.Text(), "nothing to do with") },
	}
	for _, f := range []geminitest.Fault{geminitest.Safety, geminitest.Recitation, geminitest.Prohibited, geminitest.Language, geminitest.Blocklist, geminitest.SPII, geminitest.Other} {
		looks[f] = func(a *genai.GenerateContentResponse) bool { return silent(a) && finish(a) == string(f) }
	}
	for _, f := range geminitest.FaultsOf(geminitest.Generate) {
		look, ok := looks[f]
		if !ok {
			continue
		}
		t.Run(string(f), func(t *testing.T) {
			s := faulty(t, geminitest.Rule{Call: geminitest.Generate, Faults: []geminitest.Fault{f}})
			c := low()
			c.AutomaticContinuation = genai.Ptr(false)
			a, err := gemini(t, s.URL(), apiKey).Models.GenerateContent(t.Context(), flash, genai.Text(prompt(1)), c)
			if err != nil || !look(a) {
				text, _ := json.Marshal(a)
				t.Errorf("%v: %s", err, text)
			}
			if b := s.Bill().Sync; b.Requests != 1 || b.In == 0 || b.Lost != 0 {
				t.Errorf("bill: %+v", b)
			}
		})
	}
}

func finish(a *genai.GenerateContentResponse) string { return string(a.Candidates[0].FinishReason) }

// Faults of rows: which keys come back, how many bad lines, how many errors, what was billed, and what of that was lost.
func TestFaultsOfRows(t *testing.T) {
	for _, c := range []struct {
		fault                     geminitest.Fault
		keys                      string
		bad, errors, billed, lost int
	}{
		{geminitest.RowError, "k0 k1 k2 k3", 0, 1, 3, 0},
		{geminitest.RowStatus, "k0 k1 k2 k3", 0, 1, 3, 0},
		{geminitest.MissingRow, "k0 k1 k3", 0, 0, 4, 1},
		{geminitest.TwiceRow, "k0 k1 k2 k2 k3", 0, 0, 4, 0},
		{geminitest.UnknownKey, "k0 k1 unknown-k2 k3", 0, 0, 4, 1},
		{geminitest.NoKey, "k0 k1  k3", 0, 0, 4, 1},
		{geminitest.BadLine, "k0 k1 k3", 1, 0, 4, 1},
		{geminitest.Safety, "k0 k1 k2 k3", 0, 0, 4, 0},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			s := faulty(t, geminitest.Rule{Call: geminitest.Row, Faults: []geminitest.Fault{c.fault}, Match: "^k2: ", Code: 8})
			client := gemini(t, s.URL(), apiKey)
			job := send(t, client, "f", lines(4))
			advance(t, s, 3*time.Hour)
			rows, bad := results(t, s, get(t, client, job.Name))
			var keys []string
			failed := 0
			for _, r := range rows {
				keys = append(keys, r.Key)
				if r.Error != nil || r.Status != nil {
					failed++
				}
			}
			b := s.Bill().Batch
			if strings.Join(keys, " ") != c.keys || bad != c.bad || failed != c.errors || b.Requests != c.billed || b.Lost != c.lost {
				t.Errorf("keys %q, %d bad, %d errors, bill %+v", keys, bad, failed, b)
			}
		})
	}
}

func TestSwappedRows(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Row, Faults: []geminitest.Fault{geminitest.Swapped}, Match: "^k[13]: "})
	client := gemini(t, s.URL(), apiKey)
	job := send(t, client, "f", lines(4))
	advance(t, s, 3*time.Hour)
	rows, _ := results(t, s, get(t, client, job.Name))
	for _, r := range rows {
		want := map[string]string{"k0": "answer is 4", "k1": "answer is 7", "k2": "answer is 6", "k3": "answer is 5"}[r.Key]
		if !strings.Contains(r.Response.Text(), want) {
			t.Errorf("%s: %q, want %q", r.Key, r.Response.Text(), want)
		}
	}
	if b := s.Bill().Batch; len(rows) != 4 || b.Requests != 4 || b.Lost != 2 {
		t.Errorf("%d rows, bill %+v", len(rows), b)
	}
}

// Faults of jobs: the state they end in, the rows that come out, what was billed, and what of that was lost.
func TestFaultsOfJobs(t *testing.T) {
	for _, c := range []struct {
		fault        geminitest.Fault
		state        genai.JobState
		rows, errors int // -1: no output
		billed, lost int
	}{
		{geminitest.StuckPending, genai.JobStateExpired, -1, 0, 0, 0},
		{geminitest.StuckRunning, genai.JobStateExpired, 5, 0, 5, 0},
		{geminitest.Expired, genai.JobStateExpired, 5, 0, 5, 0},
		{geminitest.Failed, genai.JobStateFailed, -1, 0, 0, 0},
		{geminitest.FailedHalf, genai.JobStateFailed, 5, 0, 5, 0},
		{geminitest.Cancelled, genai.JobStateCancelled, 5, 0, 5, 0},
		{geminitest.Partly, "BATCH_STATE_PARTIALLY_SUCCEEDED", 5, 0, 5, 0},
		{geminitest.AllRowsFail, genai.JobStateSucceeded, 10, 10, 0, 0},
		{geminitest.HalfRowsFail, genai.JobStateSucceeded, 10, 5, 5, 0},
		{geminitest.NoOutput, genai.JobStateSucceeded, -1, 0, 10, 10},
		{geminitest.ShortOutput, genai.JobStateSucceeded, 6, 0, 10, 4},
		{geminitest.CRLF, genai.JobStateSucceeded, 10, 0, 10, 0},
		{geminitest.Shuffled, genai.JobStateSucceeded, 10, 0, 10, 0},
	} {
		t.Run(string(c.fault), func(t *testing.T) {
			s := faulty(t, geminitest.Rule{Call: geminitest.Job, Faults: []geminitest.Fault{c.fault}})
			client := gemini(t, s.URL(), apiKey)
			job := send(t, client, "f", lines(10))
			advance(t, s, 47*time.Hour)
			if c.fault == geminitest.StuckPending || c.fault == geminitest.StuckRunning {
				if job = get(t, client, job.Name); job.State == genai.JobStateExpired || job.State == genai.JobStateSucceeded {
					t.Errorf("after 47 hours: %s", job.State)
				}
				advance(t, s, time.Hour)
			}
			job = get(t, client, job.Name)
			if b := s.Bill().Batch; job.State != c.state || b.Requests != c.billed || b.Lost != c.lost {
				t.Errorf("state %s, bill %+v", job.State, b)
			}
			if (job.Dest == nil) != (c.rows < 0) {
				t.Fatalf("output: %+v", job.Dest)
			}
			if c.rows < 0 {
				return
			}
			rows, _ := results(t, s, job)
			failed, inOrder := 0, true
			for i, r := range rows {
				if r.Error != nil && *r.Error.Code == 13 {
					failed++
				}
				inOrder = inOrder && r.Key == fmt.Sprint("k", i)
			}
			if len(rows) != c.rows || failed != c.errors || inOrder == (c.fault == geminitest.Shuffled) {
				t.Errorf("%d rows, %d errors, in order: %v", len(rows), failed, inOrder)
			}
		})
	}
}

func TestLateLostAndHidden(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Job, Faults: []geminitest.Fault{geminitest.LateOutput}, Match: "late", Wait: geminitest.Span(10 * time.Minute)},
		geminitest.Rule{Call: geminitest.Job, Faults: []geminitest.Fault{geminitest.LostOutput}, Match: "lost"},
		geminitest.Rule{Call: geminitest.Job, Faults: []geminitest.Fault{geminitest.Hidden}, Match: "hidden"})
	client := gemini(t, s.URL(), apiKey)
	late, lost, hidden := send(t, client, "late", lines(2)), send(t, client, "lost", lines(2)), send(t, client, "hidden", lines(2))
	advance(t, s, 3*time.Hour)
	if job := get(t, client, late.Name); job.State != genai.JobStateSucceeded || job.Dest != nil {
		t.Errorf("late: %+v", job)
	}
	advance(t, s, 10*time.Minute)
	if rows, _ := results(t, s, get(t, client, late.Name)); len(rows) != 2 {
		t.Errorf("late: %d rows", len(rows))
	}
	if status, _ := fetch(t, s.URL()+"/v1beta/"+get(t, client, lost.Name).Dest.FileName+":download?alt=media", apiKey); status != 403 {
		t.Errorf("lost: status %d", status)
	}
	if seen := listed(t, client); seen[hidden.Name] || !seen[late.Name] {
		t.Errorf("listed: %v", seen)
	}
	if get(t, client, hidden.Name).State != genai.JobStateSucceeded {
		t.Error("hidden: it cannot be asked for")
	}
}

// The reply to a create is lost, and the job is there: it can be found by its name, and need not be made again.
func TestCreateWhoseReplyIsLost(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Create, Faults: []geminitest.Fault{geminitest.LoseReply}, Tries: 1})
	client := gemini(t, s.URL(), apiKey)
	if _, err := trySend(t.Context(), client, "unique-1", lines(2)); err == nil || code(err) != 0 {
		t.Fatalf("create: %v", err)
	}
	page, err := client.Batches.List(t.Context(), &genai.ListBatchJobsConfig{PageSize: 10})
	if err != nil || len(page.Items) != 1 || page.Items[0].DisplayName != "unique-1" {
		t.Fatalf("%+v, %v", page, err)
	}
	advance(t, s, 3*time.Hour)
	if rows, _ := results(t, s, get(t, client, page.Items[0].Name)); len(rows) != 2 {
		t.Errorf("%d rows", len(rows))
	}
	clean(t, s)
}

// Uploads fail in the middle, end without a file, and are refused for their media type.
func TestFaultsOfUploads(t *testing.T) {
	s := faulty(t, geminitest.Rule{Call: geminitest.Upload, Faults: []geminitest.Fault{geminitest.Refused}, Match: "refused"},
		geminitest.Rule{Call: geminitest.Chunk, Faults: []geminitest.Fault{geminitest.LoseReply}, Match: "lost", Nth: []int{1}},
		geminitest.Rule{Call: geminitest.Chunk, Faults: []geminitest.Fault{geminitest.Unavailable}, Match: "failing", Tries: 1},
		geminitest.Rule{Call: geminitest.Chunk, Faults: []geminitest.Fault{geminitest.NoFile}, Match: "none"})
	client := gemini(t, s.URL(), apiKey)
	up := func(name string) (err error) {
		defer func() {
			if r := recover(); r != nil {
				err = fmt.Errorf("the SDK panicked: %v", r)
			}
		}()
		_, err = client.Files.Upload(t.Context(), strings.NewReader("{}"), &genai.UploadFileConfig{MIMEType: "application/jsonl", DisplayName: name})
		return err
	}
	for name, want := range map[string]string{"refused": "Unsupported MIME type", "none": "the SDK panicked", "failing": ""} {
		if err := up(name); (want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestEmbeddingsOneTooFew(t *testing.T) {
	s := faulty(t, geminitest.Rule{Faults: []geminitest.Fault{geminitest.CountMismatch}})
	a, err := gemini(t, s.URL(), apiKey).Models.EmbedContent(t.Context(), embedder, []*genai.Content{genai.NewContentFromText("a", "user"), genai.NewContentFromText("b", "user")}, nil)
	if err != nil || len(a.Embeddings) != 1 || s.Bill().Sync.Requests != 2 {
		t.Errorf("%d vectors, %v", len(a.Embeddings), err)
	}
}

// The same seed gives the same faults to the same requests, in whatever order and however many at a time; another seed
// gives other ones.
func TestFaultsDependOnTheSeed(t *testing.T) {
	meet := func(seed uint64, workers int) map[string]string {
		s := start(t, geminitest.Options{Faults: geminitest.Plan{Seed: seed, Rules: []geminitest.Rule{{Call: geminitest.Generate, Rate: 0.4,
			Faults: []geminitest.Fault{geminitest.Internal, geminitest.QuotaMinute, geminitest.Safety}}}}})
		client := gemini(t, s.URL(), apiKey)
		var mu sync.Mutex
		met := map[string]string{}
		work := make(chan int)
		var done sync.WaitGroup
		for range workers {
			done.Go(func() {
				for i := range work {
					for try := range 2 {
						a, err := say(client, t.Context(), prompt(i))
						what := fmt.Sprint(code(err))
						if err == nil {
							what = finish(a)
						}
						mu.Lock()
						met[fmt.Sprint(i, " ", try)] = what
						mu.Unlock()
					}
				}
			})
		}
		for i := range 40 {
			work <- (i*7 + workers) % 40
		}
		close(work)
		done.Wait()
		return met
	}
	one, four, other := meet(1, 1), meet(1, 3), meet(2, 1)
	if !reflect.DeepEqual(one, four) {
		t.Errorf("one at a time: %v\nthree at a time: %v", one, four)
	}
	if reflect.DeepEqual(one, other) {
		t.Error("another seed gives the same faults")
	}
	failed := 0
	for _, what := range one {
		if what != "STOP" {
			failed++
		}
	}
	if failed < 16 || failed > 48 {
		t.Errorf("%d of 80 went wrong, want about 32", failed)
	}
}

// Each fault of each call can be had without the emulator or the SDK coming to grief.
func TestEveryFaultEverywhere(t *testing.T) {
	if testing.Short() {
		t.Skip("hundreds of emulators")
	}
	for _, c := range geminitest.Calls() {
		for _, f := range geminitest.FaultsOf(c) {
			if f == geminitest.Stalled || f == geminitest.Slow || c == geminitest.Chunk {
				continue // these take their time
			}
			s := faulty(t, geminitest.Rule{Call: c, Faults: []geminitest.Fault{f}})
			tour(t, s)
			if n := s.Faults()[c][f]; n == 0 {
				t.Errorf("%s did not meet %s", c, f)
			}
			if err := s.Close(); err != nil && !errors.Is(err, net.ErrClosed) && !errors.Is(err, os.ErrClosed) {
				t.Errorf("%s %s: %v", c, f, err)
			}
		}
	}
}

// tour makes every call once, whatever comes of it.
func tour(t *testing.T, s *geminitest.Server) {
	t.Helper()
	client := gemini(t, s.URL(), apiKey)
	ctx := t.Context()
	say(client, ctx, prompt(1))
	client.Models.EmbedContent(ctx, embedder, genai.Text("a"), nil)
	client.Models.CountTokens(ctx, flash, genai.Text("a"), nil)
	client.Models.Get(ctx, flash, nil)
	client.Files.List(ctx, nil)
	client.Files.Get(ctx, "files/none", nil)
	client.Files.Delete(ctx, "files/none", nil)
	fetch := func(method, path string) {
		r, err := http.NewRequestWithContext(ctx, method, s.URL()+path, strings.NewReader("{}"))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("X-Goog-Api-Key", apiKey)
		r.Header.Set("Authorization", "Bearer "+token)
		if a, err := web(t).Do(r); err == nil {
			a.Body.Close()
		}
	}
	fetch("GET", "/v1beta/files/none:download?alt=media")
	fetch("POST", "/upload/storage/v1/b/b/o?uploadType=media&name=o")
	fetch("GET", "/storage/v1/b/b/o/o?alt=media")
	fetch("GET", "/storage/v1/b/b/o")
	f, err := client.Files.Upload(ctx, strings.NewReader(lines(4)), &genai.UploadFileConfig{MIMEType: "jsonl"})
	if err != nil {
		return
	}
	job, err := client.Batches.Create(ctx, flash, &genai.BatchJobSource{FileName: f.Name}, &genai.CreateBatchJobConfig{DisplayName: "tour"})
	if err != nil {
		job = &genai.BatchJob{Name: "batches/none"}
	}
	advance(t, s, 48*time.Hour)
	client.Batches.Get(ctx, job.Name, nil)
	client.Batches.List(ctx, &genai.ListBatchJobsConfig{PageSize: 5})
	client.Batches.Cancel(ctx, job.Name, nil)
	client.Batches.Delete(ctx, job.Name, nil)
}

// A plan is read from a file, and one that cannot be is told what is wrong with it.
func TestReadPlan(t *testing.T) {
	path := filepath.Join(t.TempDir(), "plan.json")
	for text, want := range map[string]string{
		`{"seed":3,"rules":[{"call":"row","faults":["missingRow","SAFETY"],"rate":0.1,"wait":"2s"},{"faults":["quotaDay"],"nth":[4]}]}`: "",
		`{"rules":[{"call":"rows","faults":["missingRow"]}]}`:                                                                           `rule 1 of the faults: no call "rows"`,
		`{"rules":[{"call":"generate","faults":["missingRow"]}]}`:                                                                       `no fault "missingRow" in call "generate"`,
		`{"rules":[{"faults":["nonsense"]}]}`:                                                                                           `no fault "nonsense"`,
		`{"rules":[{"call":"row","faults":[]}]}`:                                                                                        "no faults",
		`{"rules":[{"faults":["reset"],"rate":2}]}`:                                                                                     "rate 2",
		`{"rules":[{"faults":["reset"],"match":"("}]}`:                                                                                  "match",
		`{"rules":[{"faults":["reset"],"often":1}]}`:                                                                                    "often",
	} {
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		p, err := geminitest.ReadPlan(path)
		if (err == nil) != (want == "") || err != nil && !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
		if err == nil && (p.Seed != 3 || !slices.Equal(p.Rules[0].Faults, []geminitest.Fault{geminitest.MissingRow, geminitest.Safety})) {
			t.Errorf("plan: %+v", p)
		}
	}
}
