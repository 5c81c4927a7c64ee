package gemini

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"
)

// longestLine is how many bytes of a line are read. No answer is as long.
const longestLine = 64 << 20

// Results reads what became of the requests of a job, in whatever order the service has them, line by line. Keys may be
// missing, unknown, or there twice: whoever joins them with requests sees to that, and counts. A broken connection is
// mended where it broke; an error of the pair ends it: a *Failure, or that of ctx.
func (c *Client) Results(ctx context.Context, j Job) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		if len(j.inline) > 0 {
			c.inlineResults(j, yield)
			return
		}
		files, err := c.outputFiles(ctx, j)
		if err != nil {
			yield(Result{}, fmt.Errorf("results of %s: %w", j.Name, err))
			return
		}
		for _, f := range files {
			if !c.fileResults(ctx, j, f, yield) {
				return
			}
		}
	}
}

// An outputFile is a file with answers.
type outputFile struct{ name, address string }

func (c *Client) outputFiles(ctx context.Context, j Job) ([]outputFile, error) {
	if j.Output == "" {
		return nil, errors.New("it has no output yet")
	}
	if c.opt.Provider != Vertex {
		return []outputFile{{j.Output, c.opt.base() + "/" + c.opt.version() + "/" + filePath(j.Output) + ":download?alt=media"}}, nil
	}
	names, err := c.objects(ctx, j.Output)
	if err != nil {
		return nil, err
	}
	bucket, _, _ := splitObject(j.Output)
	var files []outputFile
	for _, name := range names {
		if strings.HasPrefix(baseName(name), "predictions") { // incremental_predictions repeats them
			files = append(files, outputFile{"gs://" + bucket + "/" + name, c.objectAddress(bucket, name) + "?alt=media"})
		}
	}
	return files, nil
}

func (c *Client) fileResults(ctx context.Context, j Job, f outputFile, yield func(Result, error) bool) bool {
	d := c.open(ctx, f.address)
	defer d.Close()
	for r, err := range c.readLines(f.name, d) {
		if err != nil {
			yield(Result{}, fmt.Errorf("results of %s: %w", j.Name, err))
			return false
		}
		r.From.Job = j.Name
		if !yield(r, nil) {
			return false
		}
	}
	return true
}

// readLines reads an output file. Lines may end with a carriage return, blank ones count but are left out, and the last
// one may lack its end.
func (c *Client) readLines(name string, file io.Reader) iter.Seq2[Result, error] {
	return func(yield func(Result, error) bool) {
		in := bufio.NewReaderSize(file, 1<<20)
		for line := 1; ; line++ {
			text, long, err := nextLine(in)
			if err != nil && !errors.Is(err, io.EOF) {
				yield(Result{}, err)
				return
			}
			if r, ok := c.result(name, line, text, long); ok && !yield(r, nil) {
				return
			}
			if err != nil {
				return
			}
		}
	}
}

// result makes a result of a line; ok is false if the line is blank.
func (c *Client) result(name string, line int, text []byte, long bool) (r Result, ok bool) {
	if text = bytes.TrimSpace(text); len(text) == 0 {
		return Result{}, false
	}
	if long {
		r.Err = &LineError{Text: fmt.Sprintf("longer than %d bytes", longestLine)}
	} else {
		r = c.readLine(text)
	}
	r.File, r.Line = name, line
	var bad *LineError
	if errors.As(r.Err, &bad) {
		bad.File, bad.Line = name, line
	}
	return r, true
}

// nextLine reads up to the end of a line, or of the file, which is io.EOF. Of a line that is too long, the beginning.
func nextLine(in *bufio.Reader) (text []byte, long bool, err error) {
	for {
		piece, err := in.ReadSlice('\n')
		if len(text)+len(piece) <= longestLine {
			text = append(text, piece...)
		} else {
			long = true
		}
		if !errors.Is(err, bufio.ErrBufferFull) {
			return text, long, err
		}
	}
}

// inlineResults reads answers that the job itself holds.
func (c *Client) inlineResults(j Job, yield func(Result, error) bool) {
	var list []json.RawMessage
	if err := json.Unmarshal(j.inline, &list); err != nil {
		yield(Result{}, fmt.Errorf("results of %s: %w", j.Name, c.unreadable(err.Error())))
		return
	}
	for i, text := range list {
		r, ok := c.result(j.Name, i+1, text, false)
		r.From.Job = j.Name
		if ok && !yield(r, nil) {
			return
		}
	}
}
