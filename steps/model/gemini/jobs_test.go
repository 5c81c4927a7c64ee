package gemini_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"sftrun.local/steps/model/gemini"
)

const (
	running = `{"name":"batches/x","metadata":{"@type":"t","model":"models/m","displayName":"d","state":"BATCH_STATE_RUNNING","createTime":"2026-11-24T00:00:00.5Z",
		"inputConfig":{"fileName":"files/in"},"batchStats":{"requestCount":"4","successfulRequestCount":"1","pendingRequestCount":"3"}}}`
	vertexRunning = `{"name":"projects/1/locations/l/batchPredictionJobs/7","displayName":"d","model":"publishers/google/models/m","state":"JOB_STATE_RUNNING",
		"inputConfig":{"gcsSource":{"uris":["gs://bucket/batches/d.jsonl"]}},"outputConfig":{"gcsDestination":{"outputUriPrefix":"gs://bucket/batches/d-answers"}},
		"completionStats":{"successfulCount":"1","incompleteCount":"3"}}`
)

func TestAJobIsCreatedOnce(t *testing.T) {
	s := serve(t, says(200, running))
	j, err := s.client(t, gemini.Gemini).Create(t.Context(), "gemini-3-flash-preview", "d <1>", "files/in")
	if err != nil || j.Name != "batches/x" || j.State != gemini.Running || j.Input != "files/in" || j.Model != "m" || j.Stats != (gemini.Stats{4, 1, 0, 3}) ||
		!j.Created.Equal(time.Date(2026, 11, 24, 0, 0, 0, 5e8, time.UTC)) || j.HasAnswers() {
		t.Errorf("%+v, %v", j, err)
	}
	want := `{"batch":{"displayName":"d <1>","inputConfig":{"fileName":"files/in"}}}` + "\n"
	if got := s.call(0); got.path != "/v1beta/models/gemini-3-flash-preview:batchGenerateContent" || got.body != want {
		t.Errorf("%s: %s", got.path, got.body)
	}
}

func TestAVertexJobIsCreatedFromAndToTheBucket(t *testing.T) {
	s := serve(t, says(200, vertexRunning))
	j, err := s.client(t, gemini.Vertex).Create(t.Context(), "gemini-3-flash-preview", "d", "gs://bucket/batches/d.jsonl")
	if err != nil || j.Name != "projects/1/locations/l/batchPredictionJobs/7" || j.State != gemini.Running || j.Input != "gs://bucket/batches/d.jsonl" ||
		j.Stats != (gemini.Stats{4, 1, 0, 3}) || j.HasAnswers() {
		t.Errorf("%+v, %v", j, err)
	}
	var body struct {
		OutputConfig struct {
			GCSDestination struct{ OutputURIPrefix string }
		}
	}
	if err := json.Unmarshal([]byte(s.call(0).body), &body); err != nil || body.OutputConfig.GCSDestination.OutputURIPrefix != "gs://bucket/batches/d-answers" {
		t.Errorf("%s, %v", s.call(0).body, err)
	}
}

// Whoever creates a job must know whether it may exist all the same. It is never created again here.
func TestWhetherAJobMayExistThoughItsCreationFailed(t *testing.T) {
	down := serve(t, hangsUp)
	down.Close()
	for name, c := range map[string]struct {
		s    *service
		lost bool
	}{
		"nobody there": {down, false}, "hung up": {serve(t, hangsUp), true}, "broke off": {serve(t, breaksOff(running[:20])), true},
		"503": {serve(t, fails(503, "UNAVAILABLE")), true}, "no job in the reply": {serve(t, says(200, `{}`)), true},
		"429": {serve(t, fails(429, "RESOURCE_EXHAUSTED", waitABit)), false}, "400": {serve(t, fails(400, "INVALID_ARGUMENT")), false},
	} {
		_, err := c.s.client(t, gemini.Gemini).Create(t.Context(), "m", "d", "files/in")
		if f, _ := failure(t, err); f.Lost != c.lost || len(c.s.calls()) > 1 {
			t.Errorf("%s: lost %v after %v: %v", name, f.Lost, c.s.calls(), err)
		}
	}
}

// All of the listing is looked through, by pages of a stated size, and what has the name is asked for itself.
func TestAJobIsFoundByItsName(t *testing.T) {
	s := serve(t,
		says(200, `{"operations":[`+strings.ReplaceAll(running, `"d"`, `"other"`)+`],"nextPageToken":"2&"}`),
		says(200, `{"operations":[`+running+`]}`),
		says(200, strings.ReplaceAll(running, "RUNNING", "EXPIRED")))
	found, err := s.client(t, gemini.Gemini).Find(t.Context(), "d")
	if err != nil || len(found) != 1 || found[0].State != gemini.Expired {
		t.Errorf("%+v, %v", found, err)
	}
	want := []string{"GET /v1beta/batches?pageSize=100", "GET /v1beta/batches?pageSize=100&pageToken=2%26", "GET /v1beta/batches/x"}
	if got := s.calls(); !slices.Equal(got, want) {
		t.Error(got)
	}
}

func TestNoJobHasTheName(t *testing.T) {
	for _, listing := range []string{`{}`, `{"operations":[` + running + `]}`} {
		found, err := serve(t, says(200, listing)).client(t, gemini.Gemini).Find(t.Context(), "e")
		if err != nil || len(found) > 0 {
			t.Errorf("%+v, %v", found, err)
		}
	}
	if _, err := serve(t, fails(503, "UNAVAILABLE")).client(t, gemini.Gemini).Find(t.Context(), "e"); err == nil {
		t.Error("a listing that failed is no listing without the job")
	}
}

func TestVertexJobsAreFoundToo(t *testing.T) {
	s := serve(t, says(200, `{"batchPredictionJobs":[`+vertexRunning+`]}`), says(200, vertexRunning))
	found, err := s.client(t, gemini.Vertex).Find(t.Context(), "d")
	want := []string{"GET /v1beta1/projects/p/locations/europe-west4/batchPredictionJobs?pageSize=100", "GET /v1beta1/projects/1/locations/l/batchPredictionJobs/7"}
	if err != nil || len(found) != 1 || !slices.Equal(s.calls(), want) {
		t.Errorf("%+v, %v after %v", found, err, s.calls())
	}
}

func TestStates(t *testing.T) {
	for word, want := range map[string]gemini.State{
		"BATCH_STATE_PENDING": gemini.Pending, "BATCH_STATE_RUNNING": gemini.Running, "BATCH_STATE_SUCCEEDED": gemini.Succeeded, "BATCH_STATE_FAILED": gemini.Failed,
		"BATCH_STATE_CANCELLED": gemini.Cancelled, "BATCH_STATE_EXPIRED": gemini.Expired, "JOB_STATE_QUEUED": gemini.Queued, "JOB_STATE_PAUSED": gemini.Paused,
		"JOB_STATE_CANCELLING": gemini.Cancelling, "JOB_STATE_UPDATING": gemini.Updating, "JOB_STATE_PARTIALLY_SUCCEEDED": gemini.PartiallySucceeded,
		"JOB_STATE_OF_TOMORROW": gemini.Unknown, "": gemini.Unknown,
	} {
		j, err := serve(t, says(200, strings.ReplaceAll(running, "BATCH_STATE_RUNNING", word))).client(t, gemini.Gemini).Get(t.Context(), "batches/x")
		if err != nil || j.State != want {
			t.Errorf("%s is %s, want %s (%v)", word, j.State, want, err)
		}
		if ended := strings.Contains(" SUCCEEDED PARTIALLY_SUCCEEDED FAILED CANCELLED EXPIRED ", " "+string(want)+" "); want.Terminal() != ended {
			t.Errorf("%s: terminal %v", want, want.Terminal())
		}
	}
}

// The SDK drops the error and the figures, fails when a row has details, and looks for the output in one place.
func TestAJobIsReadWhole(t *testing.T) {
	for _, raw := range []string{
		`{"name":"batches/x","metadata":{"state":"BATCH_STATE_FAILED","output":{"responsesFile":"files/out"}},"done":true,"error":{"code":13,"message":"broke\ndown"}}`,
		`{"name":"batches/x","metadata":{"state":"BATCH_STATE_FAILED"},"done":true,"response":{"responsesFile":"files/out","inlinedResponses":null},"error":{"code":13,"message":"broke down","details":[{"@type":"x","a":{"b":[1]}}]}}`,
	} {
		j, err := serve(t, says(200, raw)).client(t, gemini.Gemini).Get(t.Context(), "x")
		if err != nil || j.Output != "files/out" || j.Trouble == nil || *j.Trouble != (gemini.Trouble{13, "broke down"}) || string(j.Raw) != raw {
			t.Errorf("%+v, %v", j, err)
		}
	}
}

// Vertex AI exports what was done when a job ends early, and may not say where.
func TestAVertexJobThatEndedEarlyHasAnswersWhereItWasToPutThem(t *testing.T) {
	for state, want := range map[string]string{"EXPIRED": "gs://bucket/batches/d-answers", "CANCELLED": "gs://bucket/batches/d-answers", "RUNNING": "", "SUCCEEDED": ""} {
		j, err := serve(t, says(200, strings.ReplaceAll(vertexRunning, "RUNNING", state))).client(t, gemini.Vertex).Get(t.Context(), "7")
		if err != nil || j.Output != want {
			t.Errorf("%s: %q, %v", state, j.Output, err)
		}
	}
}

func TestCancelAndDelete(t *testing.T) {
	s := serve(t, says(200, `{}`), fails(400, "FAILED_PRECONDITION"), fails(404, "NOT_FOUND"), says(200, `{}`), says(200, `{}`))
	c := s.client(t, gemini.Gemini)
	if err := c.Cancel(t.Context(), "batches/x"); err != nil {
		t.Error(err)
	}
	if err := c.Cancel(t.Context(), "batches/x"); err != nil {
		t.Errorf("a job that has ended: %v", err)
	}
	if f, _ := failure(t, c.Cancel(t.Context(), "batches/x")); f.Class != gemini.NotFound {
		t.Error(f)
	}
	if err := c.Delete(t.Context(), "batches/x"); err != nil {
		t.Error(err)
	}
	if err := c.DeleteFile(t.Context(), "files/in"); err != nil {
		t.Error(err)
	}
	want := []string{"POST /v1beta/batches/x:cancel", "DELETE /v1beta/batches/x", "DELETE /v1beta/files/in"}
	if got := s.calls(); !slices.Equal(append(got[:1:1], got[3:]...), want) {
		t.Error(got)
	}
}

func TestWhoHasNoJobsSaysSo(t *testing.T) {
	s := serve(t, says(200, running))
	noBucket := s.client(t, gemini.Vertex, func(o *gemini.Options) { o.Bucket = "" })
	for want, c := range map[string]*gemini.Client{"batch: false": s.client(t, gemini.Express), "gs://": noBucket} {
		_, created := c.Create(t.Context(), "m", "d", "f")
		_, uploaded := c.Upload(t.Context(), "d", strings.NewReader("x"), 1)
		for _, err := range []error{c.HasJobs(), created, uploaded} {
			if err == nil || !strings.Contains(err.Error(), want) {
				t.Errorf("%v does not say %q", err, want)
			}
		}
	}
	if len(s.calls()) > 0 {
		t.Error(s.calls())
	}
}
