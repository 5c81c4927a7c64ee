package geminitest

import (
	"bytes"
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// describe tells of a job as the service does.
func (s *Server) describe(j job) map[string]any {
	if j.Parent != "" {
		return s.describeVertex(j)
	}
	kind := "GenerateContentBatch"
	if j.Embeds {
		kind = "EmbedContentBatch"
	}
	now := s.clock.now()
	state, _ := j.phase(now, s.opt.Jobs)
	about := map[string]any{
		"@type": "type.googleapis.com/google.ai.generativelanguage.v1main." + kind,
		"model": "models/" + j.Model, "displayName": j.Name, "createTime": stamp(j.Created), "updateTime": stamp(j.updated(now, s.opt.Jobs)),
		"batchStats": j.stats(now, s.opt.Jobs), "state": j.states() + state, "name": "batches/" + j.ID,
	}
	if j.File != "" {
		about["inputConfig"] = map[string]any{"fileName": "files/" + j.File}
	}
	d := map[string]any{"name": "batches/" + j.ID, "metadata": about}
	if j.State == "" {
		return d
	}
	d["done"], about["endTime"] = true, stamp(j.Ended)
	output := s.output(j, now)
	if output != nil {
		about["output"] = output
	}
	if e := j.trouble(); e != nil {
		d["error"] = e
	} else if output != nil {
		d["response"] = map[string]any{"@type": strings.Replace(about["@type"].(string), "Batch", "BatchOutput", 1), "responsesFile": output["responsesFile"]}
		if j.Inline {
			d["response"] = output
		}
	}
	return d
}

func (j *job) updated(now time.Time, o Jobs) time.Time {
	switch {
	case j.State != "":
		return j.Ended
	case j.Fault == StuckPending || now.Before(j.Created.Add(o.Queue)):
		return j.Created
	}
	return now
}

// stats counts rows. The service leaves out what is 0, and writes numbers as texts.
func (j *job) stats(now time.Time, o Jobs) map[string]any {
	state, done := j.phase(now, o)
	good, bad := done, 0
	if j.State != "" {
		good, bad = j.Good, j.Bad
	}
	n := map[string]any{}
	for name, count := range map[string]int{"requestCount": j.Rows, "successfulRequestCount": good, "failedRequestCount": bad,
		"pendingRequestCount": j.Rows - good - bad} {
		if count > 0 && !(name == "pendingRequestCount" && state == "SUCCEEDED") {
			n[name] = strconv.Itoa(count)
		}
	}
	return n
}

// trouble is the error of a job that did not succeed.
func (j *job) trouble() map[string]any {
	switch j.State {
	case "FAILED":
		return map[string]any{"code": 13, "message": "Internal error encountered."}
	case "CANCELLED":
		return map[string]any{"code": 1, "message": "The operation was cancelled."}
	case "EXPIRED":
		return map[string]any{"code": 4, "message": "The batch job expired."}
	}
	return nil
}

// output tells where the answers are: in a file, or here.
func (s *Server) output(j job, now time.Time) map[string]any {
	if !j.hasOutput(now) {
		return nil
	}
	if !j.Inline {
		return map[string]any{"responsesFile": "files/batch-" + j.ID}
	}
	var list []any
	err := eachLine(s.jobs.path(j.ID, ".out"), func(line []byte) error {
		var one map[string]any
		dec := json.NewDecoder(bytes.NewReader(line))
		dec.UseNumber()
		if err := dec.Decode(&one); err != nil {
			one = map[string]any{}
		}
		list = append(list, one)
		return nil
	})
	if err != nil {
		s.book.violation("job %s: %v", j.ID, err)
	}
	return map[string]any{"inlinedResponses": map[string]any{"inlinedResponses": list}}
}

func (j *job) hasOutput(now time.Time) bool {
	switch {
	case j.State == "" || j.Fault == NoOutput || j.Good+j.Bad == 0:
		return false
	case j.Fault == LateOutput:
		return !now.Before(j.Ended.Add(j.Wait.or(time.Minute)))
	}
	return true
}

// describeVertex tells of a job as Vertex AI does.
func (s *Server) describeVertex(j job) map[string]any {
	now := s.clock.now()
	state, done := j.phase(now, s.opt.Jobs)
	d := map[string]any{
		"name": j.Parent + "/batchPredictionJobs/" + j.ID, "displayName": j.Name, "model": "publishers/google/models/" + j.Model,
		"inputConfig":  map[string]any{"instancesFormat": "jsonl", "gcsSource": map[string]any{"uris": j.URIs}},
		"outputConfig": map[string]any{"predictionsFormat": "jsonl", "gcsDestination": map[string]any{"outputUriPrefix": j.Prefix}},
		"state":        j.states() + state, "createTime": stamp(j.Created), "updateTime": stamp(j.updated(now, s.opt.Jobs)), "modelVersionId": "1",
	}
	if state != "PENDING" {
		d["startTime"] = stamp(j.Created.Add(s.opt.Jobs.Queue))
	}
	good, bad := done, 0
	if j.State != "" {
		good, bad = j.Good, j.Bad
		d["endTime"] = stamp(j.Ended)
	}
	if e := j.trouble(); e != nil {
		d["error"] = e
	}
	if j.hasOutput(now) {
		d["outputInfo"] = map[string]any{"gcsOutputDirectory": j.folder()}
	}
	stats := map[string]any{}
	for name, n := range map[string]int{"successfulCount": good, "failedCount": bad, "incompleteCount": j.Rows - good - bad} {
		if n > 0 {
			stats[name] = strconv.Itoa(n)
		}
	}
	d["completionStats"] = stats
	return d
}

// folder is where the output lies. Its name has a time that is not that of the job's creation.
func (j *job) folder() string {
	return strings.TrimSuffix(j.Prefix, "/") + "/prediction-model-" + j.Ended.UTC().Format("2006-01-02T15:04:05.000000Z")
}

// withJob finds the job that is asked for, up to date.
func (s *Server) withJob(q *request, do func(job) (reply, *refusal)) {
	j, ok := s.jobs.get(q.id, q.owner)
	s.run(q, q.id, j.Name, func() (reply, *refusal) {
		if !ok || j.Parent != q.parent {
			return reply{}, notFound(q.asked)
		}
		now, err := s.settle(j)
		if err != nil {
			return reply{}, failure(err)
		}
		return do(now)
	})
}

func (s *Server) getJob(q *request) {
	s.withJob(q, func(j job) (reply, *refusal) { return reply{body: s.describe(j)}, nil })
}

func (s *Server) cancelJob(q *request) {
	s.withJob(q, func(j job) (reply, *refusal) {
		if j.State != "" {
			return reply{}, refuse(http.StatusBadRequest, "FAILED_PRECONDITION", "The job is in a terminal state and cannot be cancelled.")
		}
		now := s.clock.now()
		if j.Cancel == nil {
			j.Cancel = &now
		}
		if err := s.jobs.keep(j); err != nil {
			return reply{}, failure(err)
		}
		return reply{body: map[string]any{}}, nil
	})
}

func (s *Server) deleteJob(q *request) {
	s.withJob(q, func(j job) (reply, *refusal) {
		if j.State == "" && q.vertex {
			return reply{}, refuse(http.StatusBadRequest, "FAILED_PRECONDITION", "The job has not ended: cancel it first.")
		}
		j.Deleted = true
		if err := s.jobs.keep(j); err != nil {
			return reply{}, failure(err)
		}
		if q.vertex {
			return reply{body: map[string]any{"name": j.Parent + "/operations/" + j.ID, "done": true}}, nil
		}
		return reply{body: map[string]any{}}, nil
	})
}

// listJobs lists jobs, newest first. As seen at the service, the Gemini API lists none to who names no page size.
func (s *Server) listJobs(q *request) {
	s.run(q, "", "", func() (reply, *refusal) {
		s.settleAll()
		all := s.jobs.list(func(j *job) bool {
			return j.Owner == q.owner && j.Parent == q.parent && !j.Deleted && j.Fault != Hidden
		})
		if !q.vertex && !q.r.URL.Query().Has("pageSize") {
			all = nil
		}
		from, to, next, f := page(q.r, len(all))
		if f != nil {
			return reply{}, f
		}
		var list []any
		for _, j := range all[from:to] {
			d := s.describe(j)
			delete(d, "response") // answers are in no listing
			list = append(list, d)
		}
		name := "operations"
		if q.vertex {
			name = "batchPredictionJobs"
		}
		return reply{body: listing(name, list, next)}, nil
	})
}
