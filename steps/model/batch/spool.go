package batch

import (
	"bufio"
	"fmt"
	"os"

	"sftrun.local/steps"
)

// A spool keeps the text of questions in a temporary file. It is written first, and then read from several goroutines.
type spool struct {
	file *os.File
	to   *bufio.Writer
	size int64
}

func newSpool(folder string) (*spool, error) {
	f, err := temporary(folder, "questions-*")
	if err != nil {
		return nil, err
	}
	return &spool{file: f, to: bufio.NewWriterSize(f, 1<<20)}, nil
}

// temporary makes a temporary file in a folder that may not be there yet.
func temporary(folder, name string) (*os.File, error) {
	if folder != "" {
		if err := os.MkdirAll(folder, 0o755); err != nil {
			return nil, fmt.Errorf("batch: %w", err)
		}
	}
	f, err := os.CreateTemp(folder, name)
	if err != nil {
		return nil, fmt.Errorf("batch: %w", err)
	}
	return f, nil
}

// put adds a question and returns where it lies.
func (s *spool) put(body []byte) (at int64, err error) {
	at = s.size
	n, err := s.to.Write(body)
	s.size += int64(n)
	if err != nil {
		return 0, fmt.Errorf("batch: keep questions: %w", err)
	}
	return at, nil
}

// flush makes what was put readable.
func (s *spool) flush() error { return s.to.Flush() }

// get reads a question.
func (s *spool) get(q *question) (steps.Question, error) {
	body := make([]byte, q.n)
	if _, err := s.file.ReadAt(body, q.at); err != nil {
		return steps.Question{}, fmt.Errorf("batch: read a question again: %w", err)
	}
	return steps.Question{Key: q.key.String(), Body: body}, nil
}

func (s *spool) close() error { return discard(s.file) }

// discard closes and removes a temporary file.
func discard(f *os.File) error {
	err := f.Close()
	if removed := os.Remove(f.Name()); err == nil {
		err = removed
	}
	return err
}
