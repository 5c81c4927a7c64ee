package geminitest_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"google.golang.org/genai"

	"sftrun.local/steps/model/geminitest"
)

// A job waits, runs and ends by the clock; its answers are those that the same requests get alone, at half the price.
func TestBatchJobFromAFile(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	job := send(t, client, "sftrun-1", lines(4))
	if id := strings.TrimPrefix(job.Name, "batches/"); len(id) != 36 || job.DisplayName != "sftrun-1" {
		t.Errorf("job: %+v", job)
	}
	for _, step := range []struct {
		wait time.Duration
		want genai.JobState
	}{{0, genai.JobStatePending}, {90 * time.Minute, genai.JobStateRunning}, {89 * time.Minute, genai.JobStateRunning}, {time.Minute, genai.JobStateSucceeded}} {
		advance(t, s, step.wait)
		if job = get(t, client, job.Name); job.State != step.want {
			t.Errorf("after %v: %s, want %s", step.wait, job.State, step.want)
		}
	}
	rows, bad := results(t, s, job)
	if len(rows) != 4 || bad != 0 {
		t.Fatalf("%d rows, %d bad", len(rows), bad)
	}
	batch := s.Bill().Batch.USD
	for _, r := range rows {
		var i int
		fmt.Sscanf(r.Key, "k%d", &i)
		alone, err := say(client, t.Context(), prompt(i))
		if err != nil || alone.Text() != r.Response.Text() {
			t.Errorf("%s: %v\n%q\n%q", r.Key, err, alone.Text(), r.Response.Text())
		}
	}
	bill := s.Bill()
	if bill.Batch.Requests != 4 || bill.Distinct() != 4 || bill.Batch.USD != batch || bill.Sync.USD < 1.99*batch || bill.Sync.USD > 2.01*batch {
		t.Errorf("bill: %+v", bill)
	}
	if len(bill.PaidTwice()) != 4 {
		t.Errorf("%d were paid for in both ways, want 4", len(bill.PaidTwice()))
	}
	if v := s.Violations(); len(v) > 0 {
		t.Errorf("violations: %v", v)
	}
}

func TestBatchJobWithInlineRequests(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	var requests []*genai.InlinedRequest
	for i := range 3 {
		requests = append(requests, &genai.InlinedRequest{Contents: genai.Text(prompt(i)), Config: low(), Metadata: map[string]string{"key": fmt.Sprint("k", i)}})
	}
	job, err := client.Batches.Create(t.Context(), flash, &genai.BatchJobSource{InlinedRequests: requests}, &genai.CreateBatchJobConfig{DisplayName: "d"})
	if err != nil {
		t.Fatal(err)
	}
	advance(t, s, 3*time.Hour)
	job = get(t, client, job.Name)
	if job.State != genai.JobStateSucceeded || len(job.Dest.InlinedResponses) != 3 {
		t.Fatalf("job: %+v", job)
	}
	for i, r := range job.Dest.InlinedResponses {
		if r.Metadata["key"] != fmt.Sprint("k", i) || !strings.Contains(r.Response.Text(), fmt.Sprint(i+4)) {
			t.Errorf("%d: %v %q", i, r.Metadata, r.Response.Text())
		}
	}
	clean(t, s)
}

func TestBatchJobOfEmbeddings(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	inline := &genai.EmbeddingsBatchJobSource{InlinedRequests: &genai.EmbedContentBatch{
		Contents: []*genai.Content{genai.NewContentFromText("one", "user"), genai.NewContentFromText("two", "user")},
		Config:   &genai.EmbedContentConfig{TaskType: "CLUSTERING", OutputDimensionality: genai.Ptr[int32](8)},
	}}
	model := embedder
	job, err := client.Batches.CreateEmbeddings(t.Context(), &model, inline, &genai.CreateEmbeddingsBatchJobConfig{DisplayName: "e"})
	if err != nil {
		t.Fatal(err)
	}
	f, err := client.Files.Upload(t.Context(), strings.NewReader(`{"key":"a","request":{"content":{"parts":[{"text":"one"}]},"output_dimensionality":8}}`), &genai.UploadFileConfig{MIMEType: "jsonl"})
	if err != nil {
		t.Fatal(err)
	}
	byFile, err := client.Batches.CreateEmbeddings(t.Context(), &model, &genai.EmbeddingsBatchJobSource{FileName: f.Name}, &genai.CreateEmbeddingsBatchJobConfig{DisplayName: "f"})
	if err != nil {
		t.Fatal(err)
	}
	advance(t, s, 3*time.Hour)
	job = get(t, client, job.Name)
	if len(job.Dest.InlinedEmbedContentResponses) != 2 || len(job.Dest.InlinedEmbedContentResponses[1].Response.Embedding.Values) != 8 {
		t.Errorf("job: %+v", job.Dest)
	}
	status, text := fetch(t, s.URL()+"/v1beta/"+get(t, client, byFile.Name).Dest.FileName+":download?alt=media", apiKey)
	var r struct {
		Key      string
		Response struct{ Embedding genai.ContentEmbedding }
	}
	if err := json.Unmarshal(text, &r); err != nil || status != 200 || r.Key != "a" || len(r.Response.Embedding.Values) != 8 {
		t.Errorf("%d %s: %v", status, text, err)
	}
	if b := s.Bill(); b.Batch.Requests != 3 {
		t.Errorf("bill: %+v", b)
	}
}

// cloud is Cloud Storage as a client sees it.
func cloud(t *testing.T, method, url, body string) (int, string) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	client := web(t)
	client.Transport = bearer{token, client.Transport}
	got, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	return got.StatusCode, string(text)
}

// On Vertex AI input and output lie in Cloud Storage. The output is in a folder that must be looked up, has no keys, is in
// another order, and tells the requests anew; an id comes back in the labels.
func TestBatchJobOnVertexAI(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours, Tokens: []string{token}})
	var input bytes.Buffer
	for i := range 12 {
		labelled := strings.Replace(line("x", prompt(i)), `{"key":"x","request":{`, fmt.Sprintf(`{"request":{"labels":{"key":"k%d"},`, i), 1)
		input.WriteString(labelled)
	}
	if status, text := cloud(t, "POST", s.URL()+"/upload/storage/v1/b/b/o?uploadType=media&name=in/1.jsonl", input.String()); status != 200 {
		t.Fatal(status, text)
	}
	client := vertex(t, s.URL(), token)
	job, err := client.Batches.Create(t.Context(), flash, &genai.BatchJobSource{Format: "jsonl", GCSURI: []string{"gs://b/in/1.jsonl"}},
		&genai.CreateBatchJobConfig{DisplayName: "v", Dest: &genai.BatchJobDestination{Format: "jsonl", GCSURI: "gs://b/out/1"}})
	if err != nil {
		t.Fatal(err)
	}
	advance(t, s, 3*time.Hour)
	job = get(t, client, job.Name)
	if job.State != genai.JobStateSucceeded || job.CompletionStats.SuccessfulCount != 12 {
		t.Fatalf("job: %+v", job)
	}
	folder := strings.TrimPrefix(job.OutputInfo.GCSOutputDirectory, "gs://b/")
	_, listing := cloud(t, "GET", s.URL()+"/storage/v1/b/b/o?prefix="+url.QueryEscape(folder+"/"), "")
	var found struct{ Items []struct{ Name string } }
	if err := json.Unmarshal([]byte(listing), &found); err != nil || len(found.Items) != 1 {
		t.Fatalf("%s: %v", listing, err)
	}
	_, text := cloud(t, "GET", s.URL()+"/storage/v1/b/b/o/"+url.PathEscape(found.Items[0].Name)+"?alt=media", "")
	inOrder, seen := true, map[string]bool{}
	for i, l := range strings.Split(strings.TrimSpace(text), "\n") {
		var r struct {
			Key      *string
			Status   string
			Request  struct{ Labels map[string]string }
			Response genai.GenerateContentResponse
		}
		if err := json.Unmarshal([]byte(l), &r); err != nil || r.Key != nil || r.Status != "" || len(r.Response.Candidates) != 1 {
			t.Errorf("%s: %v", l, err)
		}
		key := r.Request.Labels["key"]
		var n int
		fmt.Sscanf(key, "k%d", &n)
		if !strings.Contains(r.Response.Text(), fmt.Sprintf("answer is %d", n+4)) {
			t.Errorf("%s has another's answer: %s", key, r.Response.Text())
		}
		inOrder = inOrder && key == fmt.Sprint("k", i)
		seen[key] = true
	}
	if len(seen) != 12 || inOrder {
		t.Errorf("%d rows, in order: %v", len(seen), inOrder)
	}
	if b := s.Bill(); b.Batch.Requests != 12 {
		t.Errorf("bill: %+v", b)
	}
	clean(t, s)
}

// A cancelled job hands out, and bills, what was done.
func TestCancelInTheMiddle(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	job := send(t, client, "c", lines(10))
	advance(t, s, 2*time.Hour) // half of the run
	if err := client.Batches.Cancel(t.Context(), job.Name, nil); err != nil {
		t.Fatal(err)
	}
	job = get(t, client, job.Name)
	if job.State != genai.JobStateCancelled {
		t.Fatalf("job: %+v", job)
	}
	rows, _ := results(t, s, job)
	if b := s.Bill(); len(rows) != 5 || b.Batch.Requests != 5 {
		t.Errorf("%d rows, %d billed, want 5", len(rows), b.Batch.Requests)
	}
	if err := client.Batches.Cancel(t.Context(), job.Name, nil); code(err) != 400 {
		t.Errorf("cancelled twice: %v", err)
	}
}

// Jobs are listed by pages, and to nobody who names no page size; a deleted job is gone.
func TestListsOfJobs(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	var names []string
	for i := range 5 {
		names = append(names, send(t, client, fmt.Sprint("job ", i), lines(1)).Name)
	}
	if jobs, err := client.Batches.List(t.Context(), nil); err != nil || len(jobs.Items) != 0 {
		t.Errorf("without a page size: %d jobs, %v", len(jobs.Items), err)
	}
	seen := listed(t, client)
	for _, name := range names {
		if !seen[name] {
			t.Errorf("%s is missing in %v", name, seen)
		}
	}
	if _, err := client.Batches.Delete(t.Context(), names[0], nil); err != nil {
		t.Fatal(err)
	}
	if seen := listed(t, client); seen[names[0]] || len(seen) != 4 {
		t.Errorf("after the deletion: %v", seen)
	}
}

func listed(t *testing.T, client *genai.Client) map[string]bool {
	t.Helper()
	seen := map[string]bool{}
	page, err := client.Batches.List(t.Context(), &genai.ListBatchJobsConfig{PageSize: 2})
	for ; err == nil; page, err = page.Next(t.Context()) {
		for _, j := range page.Items {
			seen[j.Name] = true
		}
	}
	if err != genai.ErrPageDone {
		t.Fatal(err)
	}
	return seen
}

// Files come in pieces of 8 MiB, live for 48 hours, and only those that jobs made can be downloaded.
func TestFiles(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours})
	client := gemini(t, s.URL(), apiKey)
	big := strings.Repeat("0123456789abcdef", 1<<20) + "end"
	f, err := client.Files.Upload(t.Context(), strings.NewReader(big), &genai.UploadFileConfig{MIMEType: "text/plain", DisplayName: "big"})
	if err != nil || *f.SizeBytes != int64(len(big)) {
		t.Fatalf("%+v, %v", f, err)
	}
	if n := s.Calls()[geminitest.Chunk]; n != 3 {
		t.Errorf("%d pieces, want 3", n)
	}
	if status, _ := fetch(t, s.URL()+"/v1beta/"+f.Name+":download?alt=media", apiKey); status != 400 {
		t.Errorf("an uploaded file: status %d", status)
	}
	job := send(t, client, "j", lines(1))
	advance(t, s, 3*time.Hour)
	output := get(t, client, job.Name).Dest.FileName
	if _, err := client.Files.Get(t.Context(), output, nil); code(err) != 400 || !strings.Contains(err.Error(), "40 characters") {
		t.Errorf("the output of a job: %v", err)
	}
	data, err := client.Files.Download(t.Context(), genai.NewDownloadURIFromFile(&genai.File{DownloadURI: output}), nil)
	if err != nil || !bytes.HasPrefix(data, []byte(`{"key":"k0"`)) {
		t.Errorf("download: %.80s, %v", data, err)
	}
	if _, err := client.Files.Delete(t.Context(), f.Name, nil); err != nil {
		t.Error(err)
	}
	advance(t, s, 48*time.Hour)
	if status, text := fetch(t, s.URL()+"/v1beta/"+output+":download?alt=media", apiKey); status != 403 || !strings.Contains(string(text), "may not exist") {
		t.Errorf("after 48 hours: %d %s", status, text)
	}
	if files, err := client.Files.List(t.Context(), nil); err != nil || len(files.Items) != 0 {
		t.Errorf("after 48 hours there are files: %+v, %v", files.Items, err)
	}
	clean(t, s)
}

// State outlives the emulator: a job that was running when it was closed ends at its time, under the same name, and what
// was billed stays billed.
func TestRestart(t *testing.T) {
	o := geminitest.Options{Dir: t.TempDir(), Jobs: hours}
	s := start(t, o)
	client := gemini(t, s.URL(), apiKey)
	job := send(t, client, "r", lines(3))
	done := send(t, client, "d", lines(2))
	if _, err := say(client, t.Context(), prompt(40)); err != nil {
		t.Fatal(err)
	}
	advance(t, s, 2*time.Hour)
	if err := client.Batches.Cancel(t.Context(), done.Name, nil); err != nil {
		t.Fatal(err)
	}
	before := s.Bill()
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	s = start(t, o)
	client = gemini(t, s.URL(), apiKey)
	if got := get(t, client, job.Name); got.State != genai.JobStateRunning {
		t.Errorf("after the restart: %s", got.State)
	}
	if now := s.Bill(); now.USD() != before.USD() || now.Sync.Requests != 1 || now.Batch.Requests != 1 {
		t.Errorf("bill before %+v, after %+v", before, now)
	}
	advance(t, s, time.Hour)
	rows, _ := results(t, s, get(t, client, job.Name))
	if len(rows) != 3 {
		t.Errorf("%d rows", len(rows))
	}
	if rows, _ := results(t, s, get(t, client, done.Name)); len(rows) != 1 {
		t.Errorf("the job that had ended has %d rows", len(rows))
	}
	if b := s.Bill(); b.Batch.Requests != 4 {
		t.Errorf("bill: %+v", b)
	}
}

// A client that gives up while a job is worked off finds it done later, once.
func TestImpatientClient(t *testing.T) {
	s := start(t, geminitest.Options{Jobs: hours, Answer: func(q geminitest.Question) geminitest.Reply {
		time.Sleep(10 * time.Millisecond)
		return geminitest.Rewrite(q)
	}})
	client := gemini(t, s.URL(), apiKey)
	job := send(t, client, "i", lines(20))
	advance(t, s, 3*time.Hour)
	short, cancel := context.WithTimeout(t.Context(), 30*time.Millisecond)
	defer cancel()
	if _, err := client.Batches.Get(short, job.Name, nil); err == nil {
		t.Error("the answer came at once")
	}
	if rows, _ := results(t, s, get(t, client, job.Name)); len(rows) != 20 || s.Bill().Batch.Requests != 20 {
		t.Errorf("%d rows, bill %+v", len(rows), s.Bill().Batch)
	}
}
