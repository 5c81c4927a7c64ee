package geminitest

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// createJob makes a batch job.
func (s *Server) createJob(q *request) {
	v, f := s.readBody(q, dialect(q.asked).create)
	j := job{Owner: q.owner, Parent: q.parent, Model: q.model, Embeds: q.verb == "asyncBatchEmbedContent"}
	var input []byte
	if f == nil && q.vertex {
		f = j.fromVertex(v)
		q.model = j.Model
	} else if f == nil {
		input, f = j.fromGemini(v)
	}
	what := ""
	if f == nil {
		input, what, f = s.inputOf(q, &j, input)
	}
	s.run(q, what, j.Name, func() (reply, *refusal) {
		if f == nil {
			f = s.acceptable(q.asked, &j)
		}
		if f != nil {
			return reply{}, f
		}
		return s.admitJob(q, j, input, what)
	})
}

// fromGemini reads what the Gemini API is asked for. The requests may stand there themselves.
func (j *job) fromGemini(v map[string]any) (input []byte, f *refusal) {
	batch, _ := v["batch"].(map[string]any)
	config, _ := batch["inputConfig"].(map[string]any)
	j.Name, _ = batch["displayName"].(string)
	name, _ := config["fileName"].(string)
	j.File = strings.TrimPrefix(name, "files/")
	around, _ := config["requests"].(map[string]any)
	list, _ := around["requests"].([]any)
	if j.Name == "" {
		return nil, badRequest("* BatchGenerateContentRequest.batch.display_name: display_name is required\n")
	}
	if (j.File == "") == (len(list) == 0) {
		return nil, badRequest("* BatchGenerateContentRequest.batch.input_config: exactly one of file_name and requests is needed\n")
	}
	j.Inline = j.File == ""
	var lines bytes.Buffer
	for _, one := range list {
		if err := json.NewEncoder(&lines).Encode(one); err != nil {
			return nil, failure(err)
		}
	}
	return lines.Bytes(), nil
}

// fromVertex reads what Vertex AI is asked for.
func (j *job) fromVertex(v map[string]any) *refusal {
	j.Name, _ = v["displayName"].(string)
	model, _ := v["model"].(string)
	at := strings.LastIndex(model, "publishers/google/models/")
	in, _ := v["inputConfig"].(map[string]any)
	source, _ := in["gcsSource"].(map[string]any)
	out, _ := v["outputConfig"].(map[string]any)
	to, _ := out["gcsDestination"].(map[string]any)
	j.Prefix, _ = to["outputUriPrefix"].(string)
	uris, _ := source["uris"].([]any)
	for _, u := range uris {
		if uri, ok := u.(string); ok {
			j.URIs = append(j.URIs, uri)
		}
	}
	switch {
	case j.Name == "":
		return badRequest("Required field display_name is not set.")
	case at < 0:
		return badRequest("Invalid model name: %s", model)
	case in["instancesFormat"] != "jsonl" || out["predictionsFormat"] != "jsonl" || len(j.URIs) == 0 || j.Prefix == "":
		return badRequest("The emulator has batch jobs from and to Cloud Storage in the format jsonl, and no BigQuery.")
	}
	j.Model = model[at+len("publishers/google/models/"):]
	return nil
}

// inputOf finds what a job is to do, and a hash by which the same job is known again. What lies in a file stays there:
// input is nil.
func (s *Server) inputOf(q *request, j *job, input []byte) ([]byte, string, *refusal) {
	switch {
	case q.vertex:
		var all []byte
		for _, uri := range j.URIs {
			text, err := s.bucket.read(uri)
			if err != nil {
				return nil, "", badRequest("The input %s could not be read: %v", uri, err)
			}
			all = append(all, text...)
		}
		input = all
	case j.File != "":
		f, ok := s.files.get(j.File, q.owner, s.clock.now())
		if !ok {
			return nil, "", refuse(404, missing, "Requested entity was not found.")
		}
		return nil, hashOf(j.Model, map[string]any{"input": f.SHA256}), nil
	}
	return input, hashOf(j.Model, map[string]any{"input": string(input)}), nil
}

// acceptable refuses a job that the model cannot do.
func (s *Server) acceptable(a asked, j *job) *refusal {
	a.model = j.Model
	m, ok := modelNamed(j.Model)
	if !ok || m.Embeds != j.Embeds {
		return notFound(a)
	}
	return nil
}

// admitJob keeps a job within the limits and takes it down.
func (s *Server) admitJob(q *request, j job, input []byte, what string) (reply, *refusal) {
	j.ID = newID(36)
	if q.vertex {
		j.ID = fmt.Sprint(1e17 + int64(unit(j.ID)*8e17))
	}
	if err := s.putInput(&j, input); err != nil {
		return reply{}, failure(err)
	}
	if j.Rows == 0 {
		return reply{}, badRequest("The input has no requests.")
	}
	if f := s.enqueue(q, j); f != nil {
		return reply{}, f
	}
	t := throw{call: Job, asked: q.asked, hash: what, text: j.Name}
	s.dice.roll(&t)
	j.Fault, j.Wait, j.Code, j.Created = t.fault, t.rule.Wait, t.rule.Code, s.clock.now()
	if err := s.jobs.keep(j); err != nil {
		return reply{}, failure(err)
	}
	if err := s.book.write(entry{At: j.Created, Call: Job, Model: j.Model, Hash: what, Fault: t.fault}); err != nil {
		return reply{}, failure(err)
	}
	return reply{body: s.describe(j)}, nil
}

// enqueue refuses a job that would be one too many.
func (s *Server) enqueue(q *request, j job) *refusal {
	s.settleAll()
	open, tokens := 0, j.Tokens
	for _, other := range s.jobs.list(func(o *job) bool { return o.State == "" && o.Owner == q.owner }) {
		open++
		if other.Model == j.Model {
			tokens += other.Tokens
		}
	}
	a := q.asked
	a.model = j.Model
	switch l := s.opt.Limits; {
	case open >= l.Jobs:
		return quota(a, "batch_jobs", "ConcurrentBatchJobsPerProject", l.Jobs, 0)
	case l.EnqueuedTokens > 0 && tokens > l.EnqueuedTokens:
		return quota(a, "batch_enqueued_tokens", "BatchEnqueuedTokensPerModel", l.EnqueuedTokens, 0)
	}
	return nil
}

// putInput keeps what the job is to do, whatever becomes of the file, and counts its rows.
func (s *Server) putInput(j *job, input []byte) error {
	at := s.jobs.path(j.ID, ".in")
	if input != nil {
		if err := replaceFile(at, input); err != nil {
			return err
		}
	} else if err := os.Link(s.files.data(j.File), at); err != nil {
		return err
	}
	j.Tokens = int(size(at) / 4)
	return eachLine(at, func([]byte) error { j.Rows++; return nil })
}

// eachLine reads the lines of a file that are not empty. The last one may lack its end.
func eachLine(path string, see func([]byte) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<18)
	for {
		line, err := r.ReadBytes('\n')
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if text := bytes.TrimSpace(line); len(text) > 0 {
			if err := see(text); err != nil {
				return err
			}
		}
		if err != nil {
			return nil
		}
	}
}

func (j *job) states() string {
	return cmp.Or(map[bool]string{true: "JOB_STATE_"}[j.Parent != ""], "BATCH_STATE_")
}
