package batch

import (
	"bufio"
	"errors"
	"fmt"
	"os"

	"sftrun.local/steps/fault"
)

// An inputFile is the input of a job, on this machine.
type inputFile struct {
	*os.File
	size int64
}

// pack writes the requests of a job into a file, a line each.
func (w *sending) pack(q *queue, chunk []*question) (*inputFile, error) {
	f, err := temporary(w.opt.Folder, "job-*.jsonl")
	if err != nil {
		return nil, err
	}
	in := &inputFile{File: f}
	to := bufio.NewWriterSize(f, 1<<20)
	var line []byte
	for _, one := range chunk {
		if line, err = w.line(line[:0], q, one); err == nil {
			_, err = to.Write(line)
		}
		if err != nil {
			break
		}
		in.size += int64(len(line))
	}
	if err == nil {
		err = to.Flush()
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("batch: write the input of a job: %w", err), discard(f))
	}
	fault.Point("job: packed")
	return in, nil
}

func (w *sending) line(to []byte, q *queue, one *question) ([]byte, error) {
	body, err := w.spool.get(one)
	if err != nil {
		return nil, err
	}
	r, err := w.desk.Decode(body)
	if err != nil {
		return nil, err
	}
	return q.jobs.AppendLine(to, r)
}
