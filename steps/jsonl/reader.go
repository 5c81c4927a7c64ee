package jsonl

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"
)

// MaxRow is how many bytes a row may have: 256 MiB.
const MaxRow = 256 << 20

// firstBuffer is the memory that a Reader starts with. Larger rows make it grow.
const firstBuffer = 256 << 10

// A Reader reads JSON objects from text of any origin: one a line, several on one line, or spread over several lines,
// with or without a byte-order mark, blank lines and carriage returns. It needs memory for the largest row, no more.
type Reader struct {
	src   io.Reader
	name  string
	limit int

	buf     []byte // what has been read and not yet passed on is buf[pos:end]
	pos     int
	end     int
	base    int64 // place of buf[0] in the text
	line    int   // line of buf[pos], from 1
	readErr error // what src said last

	rowLine int
	compact bytes.Buffer
	err     error // what Next returned last
}

// NewReader returns a reader of the text in r. Name is what errors call the text, a file name for instance.
func NewReader(r io.Reader, name string) *Reader {
	return &Reader{src: r, name: name, limit: MaxRow, line: 1}
}

// Line returns the line, from 1, on which the last row started.
func (r *Reader) Line() int { return r.rowLine }

// Next returns the next row, without line end, valid until the next call. Its bytes are as read, except that a row
// spread over several lines is compacted to one. The error is io.EOF at the end of the text, a *SyntaxError if the
// text is not what it should be, or wraps the error of the underlying reader. After an error there are no more rows.
func (r *Reader) Next() (row []byte, err error) {
	if r.err != nil {
		return nil, r.err
	}
	row, r.err = r.next()
	return row, r.err
}

func (r *Reader) next() ([]byte, error) {
	if err := r.seek(); err != nil {
		return nil, err
	}
	r.rowLine = r.line
	size, err := r.measure()
	if err != nil {
		return nil, err
	}
	row := r.buf[r.pos : r.pos+size]
	if !utf8.Valid(row) {
		return nil, r.badText(row)
	}
	r.advance(size)
	return r.oneLine(row)
}

// seek goes to the first byte of the next row.
func (r *Reader) seek() error {
	if r.buf == nil {
		if err := r.start(); err != nil {
			return err
		}
	}
	for {
		s := scanner{data: r.buf[r.pos:r.end]}
		s.space()
		r.advance(s.pos)
		if r.pos < r.end {
			return nil
		}
		if err := r.fill(); err != nil {
			return err
		}
	}
}

// start looks at the first bytes: it skips a byte-order mark, and refuses what is not UTF-8 text.
func (r *Reader) start() error {
	r.buf = make([]byte, firstBuffer)
	if err := r.fill(); err != nil {
		return err
	}
	if hint := foreign(r.buf[:r.end]); hint != "" {
		return r.problem(0, "this is not UTF-8 text", hint)
	}
	if bytes.HasPrefix(r.buf[:r.end], []byte("\ufeff")) {
		r.pos = len("\ufeff")
	}
	return nil
}

// measure returns the size of the row at pos, and reads on until all of it is in the buffer. Each try starts over,
// which is cheap, as fill at least doubles what there is to see.
func (r *Reader) measure() (int, error) {
	for {
		s := scanner{data: r.buf[r.pos:r.end]}
		switch ok := s.object(nil); {
		case s.pos > r.limit:
			return 0, r.problem(0, fmt.Sprintf("the row is longer than the limit of %d bytes", r.limit),
				"a quote or bracket that is not closed makes one row of all that follows; else drop the row")
		case ok:
			return s.pos, nil
		case !s.short():
			return 0, r.broken(&s)
		}
		if err := r.fill(); errors.Is(err, io.EOF) {
			return 0, r.problem(r.end-r.pos, "the text ends inside a row", "the file may be cut off")
		} else if err != nil {
			return 0, err
		}
	}
}

// fill moves what is left to the front of the buffer and reads until the buffer is full or the text ends. The error
// says that nothing could be added.
func (r *Reader) fill() error {
	if r.readErr == io.EOF {
		return io.EOF
	}
	if r.readErr != nil {
		return fmt.Errorf("read %s: %w", r.name, r.readErr)
	}
	r.makeRoom()
	n, err := io.ReadFull(r.src, r.buf[r.end:])
	if err == io.ErrUnexpectedEOF {
		err = io.EOF
	}
	r.end += n
	r.readErr = err
	if n == 0 {
		return r.fill() // reports readErr
	}
	return nil
}

func (r *Reader) makeRoom() {
	kept := r.buf[r.pos:r.end]
	if len(kept) > len(r.buf)/2 {
		size := 2 * len(r.buf)
		if most := r.limit + firstBuffer; len(r.buf) < most {
			size = min(size, most) // which shows that a row is too long
		}
		r.buf = make([]byte, size)
	}
	copy(r.buf, kept)
	r.base += int64(r.pos)
	r.pos, r.end = 0, len(kept)
}

// advance steps over n bytes.
func (r *Reader) advance(n int) {
	r.line += bytes.Count(r.buf[r.pos:r.pos+n], []byte{'\n'})
	r.pos += n
}

// oneLine compacts a row that is spread over several lines.
func (r *Reader) oneLine(row []byte) ([]byte, error) {
	if bytes.IndexByte(row, '\n') < 0 && bytes.IndexByte(row, '\r') < 0 {
		return row[:len(row):len(row)], nil
	}
	r.compact.Reset()
	if err := json.Compact(&r.compact, row); err != nil {
		return nil, fmt.Errorf("%s:%d: compact row: %w", r.name, r.rowLine, err)
	}
	return r.compact.Bytes(), nil
}
