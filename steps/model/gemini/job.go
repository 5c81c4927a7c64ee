package gemini

import (
	"cmp"
	"encoding/json"
	"strings"
	"time"
)

// A State is where a batch job stands. Both services' words come to the same.
type State string

// The states.
const (
	Queued             State = "QUEUED"
	Pending            State = "PENDING"
	Running            State = "RUNNING"
	Updating           State = "UPDATING"
	Paused             State = "PAUSED"
	Cancelling         State = "CANCELLING"
	Succeeded          State = "SUCCEEDED"           // says nothing about its rows: all of them may have failed
	PartiallySucceeded State = "PARTIALLY_SUCCEEDED" //
	Failed             State = "FAILED"
	Cancelled          State = "CANCELLED"
	Expired            State = "EXPIRED"
	Unknown            State = "UNKNOWN" // a word that this program does not know: not taken for an end
)

// Terminal tells whether the job has ended. What it has answered until then is paid for in any case, and there to be had.
func (s State) Terminal() bool {
	switch s {
	case Succeeded, PartiallySucceeded, Failed, Cancelled, Expired:
		return true
	}
	return false
}

// stateOf reads "BATCH_STATE_RUNNING" and "JOB_STATE_RUNNING".
func stateOf(word string) State {
	s := State(strings.TrimPrefix(strings.TrimPrefix(word, "BATCH_STATE_"), "JOB_STATE_"))
	switch s {
	case Queued, Pending, Running, Updating, Paused, Cancelling:
		return s
	}
	if s.Terminal() {
		return s
	}
	return Unknown
}

// A Job is a batch job as the service tells of it.
type Job struct {
	Name        string // "batches/x", "projects/P/locations/L/batchPredictionJobs/1"
	DisplayName string // as given to Create
	Model       string // without "models/" and the like
	State       State
	Created     time.Time // zero if the service does not say
	Ended       time.Time
	Stats       Stats
	Trouble     *Trouble // why it did not succeed; nil if the service says nothing
	Input       string   // file that it reads, "" if its requests were given with it
	Output      string   // file or folder with the answers; "" if there is none, or none yet
	Raw         []byte   // all that the service said, as JSON

	inline json.RawMessage // answers that are here and not in a file
}

// Stats count the requests of a job. While it runs they are estimates, and services leave out what they do not know.
type Stats struct{ Requests, Succeeded, Failed, Pending int }

// A Trouble is the error of a job: a code of google.rpc.Code and a text, on one line.
type Trouble struct {
	Code    int
	Message string
}

// HasAnswers tells whether there is something for Results to read. A job that has succeeded may have its output only a
// while later.
func (j Job) HasAnswers() bool { return j.Output != "" || len(j.inline) > 0 }

// An operation is a job of the Gemini API.
type operation struct {
	Name     string `json:"name"`
	Metadata struct {
		Name        string `json:"name"`
		Model       string `json:"model"`
		DisplayName string `json:"displayName"`
		State       string `json:"state"`
		CreateTime  string `json:"createTime"`
		EndTime     string `json:"endTime"`
		InputConfig struct {
			FileName string `json:"fileName"`
		} `json:"inputConfig"`
		BatchStats struct {
			Requests  number `json:"requestCount"`
			Succeeded number `json:"successfulRequestCount"`
			Failed    number `json:"failedRequestCount"`
			Pending   number `json:"pendingRequestCount"`
		} `json:"batchStats"`
		Output output `json:"output"`
	} `json:"metadata"`
	Response output         `json:"response"`
	Error    *serviceStatus `json:"error"`
}

type output struct {
	ResponsesFile    string `json:"responsesFile"`
	InlinedResponses struct {
		InlinedResponses json.RawMessage `json:"inlinedResponses"`
	} `json:"inlinedResponses"`
}

// readOperation reads what the Gemini API says of a job. The output stands in one of two places, or in both.
func (c *Client) readOperation(raw []byte) (Job, error) {
	var o operation
	if err := json.Unmarshal(raw, &o); err != nil {
		return Job{}, c.unreadable(err.Error())
	}
	m, s := o.Metadata, o.Metadata.BatchStats
	j := Job{
		Name: cmp.Or(o.Name, m.Name), DisplayName: m.DisplayName, Model: baseName(m.Model), State: stateOf(m.State), Created: timeOf(m.CreateTime),
		Ended: timeOf(m.EndTime), Stats: Stats{int(s.Requests), int(s.Succeeded), int(s.Failed), int(s.Pending)}, Trouble: c.trouble(o.Error),
		Input: m.InputConfig.FileName, Output: cmp.Or(m.Output.ResponsesFile, o.Response.ResponsesFile), Raw: raw,
		inline: m.Output.InlinedResponses.InlinedResponses,
	}
	if j.inline == nil {
		j.inline = o.Response.InlinedResponses.InlinedResponses
	}
	if !strings.HasPrefix(j.Name, "batches/") {
		return Job{}, c.unreadable("the reply names no job")
	}
	return j, nil
}

func (c *Client) trouble(s *serviceStatus) *Trouble {
	if s == nil || s.Code == 0 && s.Message == "" {
		return nil
	}
	return &Trouble{Code: int(s.Code), Message: c.clean(s.Message)}
}

// timeOf reads a time, zero if it is none.
func timeOf(text string) time.Time {
	t, err := time.Parse(time.RFC3339Nano, text)
	if err != nil {
		return time.Time{}
	}
	return t
}

func baseName(path string) string { return path[strings.LastIndexByte(path, '/')+1:] }
