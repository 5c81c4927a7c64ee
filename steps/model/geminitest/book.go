package geminitest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// A Charge is one request that was billed.
type Charge struct {
	Hash    string  `json:"hash"`          // of what was asked: model and request, in whatever dialect, alone or in a job
	Key     string  `json:"key,omitempty"` // in a batch job
	Job     string  `json:"job,omitempty"` // "batches/ID", or what Vertex AI calls it
	Model   string  `json:"model"`
	In      int     `json:"in,omitempty"`      // tokens of the prompt
	Out     int     `json:"out,omitempty"`     // tokens of the answer
	Thought int     `json:"thought,omitempty"` // tokens of thinking, billed like those of the answer
	USD     float64 `json:"usd"`               // half the price in a job
	Lost    bool    `json:"lost,omitempty"`    // the answer did not arrive, on purpose
}

// entry is a line of the book: a request, or one row of a job.
type entry struct {
	At      time.Time `json:"at"`
	Call    Call      `json:"call"`
	Model   string    `json:"model,omitempty"`
	Hash    string    `json:"hash,omitempty"` // what the dice counted
	Fault   Fault     `json:"fault,omitempty"`
	Status  int       `json:"status,omitempty"`
	Load    int       `json:"load,omitempty"` // tokens that count against the limits
	Owner   string    `json:"owner,omitempty"`
	Charges []Charge  `json:"charges,omitempty"`
	End     *job      `json:"end,omitempty"` // a job as it ended: the first line of its bill, and no request
}

// book is the journal of all requests. A line is in it before the answer leaves, so that whatever a client has seen is
// known after a kill, and so that a kill in between is an answer that was billed and lost.
type book struct {
	dir string

	mu         sync.Mutex
	file       *os.File
	bill       Bill
	calls      map[Call]int
	violations []string
}

// openBook reads what is there, tells it to see, and goes on.
func openBook(dir string, see func(entry)) (*book, error) {
	b := &book{dir: dir, calls: map[Call]int{}, bill: newBill()}
	path := filepath.Join(dir, "journal.jsonl")
	whole, err := readEntries(path, func(e entry) error { b.take(e); see(e); return nil })
	if err != nil {
		return nil, err
	}
	jobs, err := filepath.Glob(filepath.Join(dir, "jobs", "*.bill"))
	if err != nil {
		return nil, err
	}
	for _, at := range jobs {
		if _, err := readEntries(at, func(e entry) error { b.take(e); see(e); return nil }); err != nil {
			return nil, err
		}
	}
	if b.file, err = os.OpenFile(path, os.O_CREATE|os.O_RDWR, 0o600); err != nil {
		return nil, err
	}
	if err := b.file.Truncate(whole); err != nil {
		return nil, errors.Join(err, b.file.Close())
	}
	_, err = b.file.Seek(whole, io.SeekStart)
	return b, err
}

// readEntries reads lines up to the first that a kill cut off, and tells where that begins.
func readEntries(path string, see func(entry) error) (whole int64, err error) {
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer f.Close()
	r := bufio.NewReaderSize(f, 1<<16)
	for {
		line, err := r.ReadBytes('\n')
		if errors.Is(err, io.EOF) {
			return whole, nil
		}
		if err != nil {
			return whole, err
		}
		var e entry
		if err := json.Unmarshal(line, &e); err != nil {
			return whole, fmt.Errorf("%s: at byte %d: %w", path, whole, err)
		}
		if err := see(e); err != nil {
			return whole, err
		}
		whole += int64(len(line))
	}
}

// write adds a request.
func (b *book) write(e entry) error {
	line, err := json.Marshal(e)
	if err != nil {
		return err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if _, err := b.file.Write(append(line, '\n')); err != nil {
		return err
	}
	b.take(e)
	return nil
}

// writeJob adds the end of a job, with a line for each of its rows, from a file that becomes its bill. That file is all
// that makes a job ended: there is no moment in which it is billed and still running, or the other way round.
func (b *book) writeJob(id, from string) error {
	path := filepath.Join(b.dir, "jobs", id+".bill")
	b.mu.Lock()
	defer b.mu.Unlock()
	if err := os.Rename(from, path); err != nil {
		return err
	}
	_, err := readEntries(path, func(e entry) error { b.take(e); return nil })
	return err
}

func (b *book) take(e entry) {
	if e.End == nil {
		b.calls[e.Call]++
	}
	for _, c := range e.Charges {
		b.bill.add(c)
	}
}

func (b *book) violation(format string, args ...any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.violations = append(b.violations, fmt.Sprintf(format, args...))
}

// Violations lists what no client should do: fields that do not exist, keys in addresses, pieces of an upload out of
// order. A restart forgets them.
func (s *Server) Violations() []string {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	return append([]string(nil), s.book.violations...)
}

// Calls counts the requests so far, and the rows of jobs that have ended.
func (s *Server) Calls() map[Call]int {
	s.book.mu.Lock()
	defer s.book.mu.Unlock()
	n := map[Call]int{}
	for c, count := range s.book.calls {
		n[c] = count
	}
	return n
}
