package geminitest

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"time"
)

// job is a batch job. What it is to do is in ID.in, line by line as it was uploaded.
type job struct {
	ID      string    `json:"id"`
	Owner   string    `json:"owner"`
	Parent  string    `json:"parent,omitempty"` // on Vertex AI
	Embeds  bool      `json:"embeds,omitempty"`
	Model   string    `json:"model"`
	Name    string    `json:"name"`             // for display
	File    string    `json:"file,omitempty"`   // that it was made of
	Inline  bool      `json:"inline,omitempty"` // made of requests in the call that made it
	URIs    []string  `json:"uris,omitempty"`   // on Vertex AI
	Prefix  string    `json:"prefix,omitempty"` // on Vertex AI, where the output goes
	Created time.Time `json:"created"`
	Rows    int       `json:"rows"`
	Tokens  int       `json:"tokens"` // of all prompts, roughly
	Fault   Fault     `json:"fault,omitempty"`
	Wait    Span      `json:"wait,omitempty"`
	Code    int       `json:"code,omitempty"`

	Cancel  *time.Time `json:"cancel,omitempty"` // when that was asked for
	Deleted bool       `json:"deleted,omitempty"`

	// What follows is known when it has ended.
	State string    `json:"state,omitempty"` // SUCCEEDED
	Ended time.Time `json:"ended,omitzero"`
	Good  int       `json:"good,omitempty"`
	Bad   int       `json:"bad,omitempty"`
	Left  int       `json:"left,omitempty"` // rows that were not come to
}

// jobs are all batch jobs, ended or not.
type jobs struct {
	dir string

	mu    sync.Mutex
	all   map[string]*job
	works map[string]chan struct{} // closed when the work is done
}

func openJobs(dir string) (*jobs, error) {
	b := &jobs{dir: filepath.Join(dir, "jobs"), all: map[string]*job{}, works: map[string]chan struct{}{}}
	return b, readAllJSON(b.dir, func(one *job) { b.all[one.ID] = one })
}

func (b *jobs) path(id, kind string) string { return filepath.Join(b.dir, id+kind) }

// keep writes a job that has not ended, or was deleted.
func (b *jobs) keep(j job) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.all[j.ID] = &j
	return writeJSON(b.path(j.ID, ".json"), j)
}

// ended takes in how a job ended.
func (b *jobs) ended(end *job) {
	b.mu.Lock()
	defer b.mu.Unlock()
	done := *end
	if now := b.all[end.ID]; now != nil {
		done.Deleted = now.Deleted
	}
	b.all[end.ID] = &done
}

// get finds a job that its owner can see.
func (b *jobs) get(id, owner string) (job, bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	j := b.all[id]
	if j == nil || j.Owner != owner || j.Deleted {
		return job{}, false
	}
	return *j, true
}

// list gives jobs, newest first.
func (b *jobs) list(which func(*job) bool) []job {
	b.mu.Lock()
	defer b.mu.Unlock()
	var list []job
	for _, j := range b.all {
		if which(j) {
			list = append(list, *j)
		}
	}
	slices.SortFunc(list, func(a, b job) int {
		if c := b.Created.Compare(a.Created); c != 0 {
			return c
		}
		return strings.Compare(a.ID, b.ID)
	})
	return list
}

// outcome is what becomes of a job.
type outcome struct {
	state string
	at    time.Time // when it ends
	part  float64   // of its rows that are answered by then
}

// fate tells what becomes of a job if nothing is done about it, or was.
func (j *job) fate(o Jobs) outcome {
	start := j.Created.Add(o.Queue)
	end := start.Add(o.Run)
	if j.Cancel != nil && j.Cancel.Before(end) || j.Cancel != nil && (j.Fault == StuckPending || j.Fault == StuckRunning) {
		return outcome{"CANCELLED", *j.Cancel, min(1, max(0, float64(j.Cancel.Sub(start))/float64(o.Run)))}
	}
	switch j.Fault {
	case StuckPending:
		return outcome{"EXPIRED", j.Created.Add(o.Expire), 0}
	case StuckRunning:
		return outcome{"EXPIRED", j.Created.Add(o.Expire), 0.5}
	case Expired:
		return outcome{"EXPIRED", end, 0.5}
	case Failed:
		return outcome{"FAILED", end, 0}
	case FailedHalf:
		return outcome{"FAILED", end, 0.5}
	case Cancelled:
		return outcome{"CANCELLED", end, 0.5}
	case Partly:
		return outcome{"PARTIALLY_SUCCEEDED", end, 0.5}
	}
	if expire := j.Created.Add(o.Expire); expire.Before(end) {
		return outcome{"EXPIRED", expire, max(0, float64(expire.Sub(start))/float64(o.Run))}
	}
	return outcome{"SUCCEEDED", end, 1}
}

// phase is the state of a job at a time, and how many of its rows are done.
func (j *job) phase(now time.Time, o Jobs) (state string, done int) {
	start := j.Created.Add(o.Queue)
	switch {
	case j.State != "":
		return j.State, j.Good + j.Bad
	case now.Before(start) || j.Fault == StuckPending:
		return "PENDING", 0
	}
	part := min(1, float64(now.Sub(start))/float64(o.Run))
	if j.Fault == StuckRunning {
		part = min(part, 0.5)
	}
	return "RUNNING", int(part * float64(j.Rows))
}

// settle brings a job up to date: if its time has come, it is worked off, and billed.
func (s *Server) settle(j job) (job, error) {
	fate := j.fate(s.opt.Jobs)
	if j.State != "" || s.clock.now().Before(fate.at) {
		return j, nil
	}
	s.jobs.mu.Lock()
	busy, ok := s.jobs.works[j.ID]
	if !ok {
		busy = make(chan struct{})
		s.jobs.works[j.ID] = busy
		s.done.Go(func() { s.work(j, fate, busy) })
	}
	s.jobs.mu.Unlock()
	select {
	case <-busy:
	case <-s.ctx.Done():
		return j, s.ctx.Err()
	}
	s.jobs.mu.Lock()
	defer s.jobs.mu.Unlock()
	now := *s.jobs.all[j.ID]
	if now.State == "" {
		return now, errors.New("a job could not be worked off: see the violations")
	}
	return now, nil
}

// work does what is to be done for a job, in a goroutine, since the client that asked may not wait for it.
func (s *Server) work(j job, fate outcome, busy chan struct{}) {
	defer close(busy)
	err := s.workOff(j, fate)
	if err != nil && s.ctx.Err() == nil {
		s.book.violation("job %s: %v", j.ID, err)
	}
	if err != nil {
		s.jobs.mu.Lock()
		delete(s.jobs.works, j.ID)
		s.jobs.mu.Unlock()
	}
}

// settleAll brings all jobs up to date.
func (s *Server) settleAll() {
	for _, j := range s.jobs.list(func(j *job) bool { return j.State == "" }) {
		if _, err := s.settle(j); err != nil {
			return
		}
	}
}
