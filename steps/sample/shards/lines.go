package shards

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// maxWindow is how far back a zstd file may refer, which is memory; the zstd program refuses more, too, unless told.
const maxWindow = 128 << 20

// lines is a shard of JSON lines.
type lines struct {
	r      steps.Reader
	name   string
	format format
}

func (l *lines) Rows(ctx context.Context) (int, error) {
	n := 0
	err := l.each(ctx, func(at *jsonl.Reader, line []byte) error {
		n++
		if problem := missingMessages(line); problem != "" {
			return fmt.Errorf("%s:%d: the row needs a list messages of {role, content}, %s", l.textName(), at.Line(), problem)
		}
		return nil
	})
	return n, err
}

// errEnough ends a walk through the rows before the end of the file.
var errEnough = errors.New("enough")

func (l *lines) Read(ctx context.Context, chosen []int, emit func(row int, line []byte) error) (Flaws, error) {
	row := -1
	err := l.each(ctx, func(_ *jsonl.Reader, line []byte) error {
		row++
		if len(chosen) == 0 {
			return errEnough
		}
		if row < chosen[0] {
			return nil
		}
		chosen = chosen[1:]
		return emit(row, line)
	})
	if err == errEnough {
		err = nil
	}
	return Flaws{}, err
}

// each calls do for each row, with the reader that stands behind it, until do returns an error.
func (l *lines) each(ctx context.Context, do func(at *jsonl.Reader, line []byte) error) error {
	text, err := l.open()
	if err != nil {
		return err
	}
	defer text.Close()
	reader := jsonl.NewReader(text, l.textName())
	for ctx.Err() == nil {
		line, err := reader.Next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if err := do(reader, line); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// open returns the text of the shard, unpacked.
func (l *lines) open() (io.ReadCloser, error) {
	packed := io.NewSectionReader(l.r, 0, l.r.Size())
	var text io.ReadCloser
	var err error
	switch l.format {
	case gzipFormat:
		text, err = gzip.NewReader(packed)
	case zstdFormat:
		text, err = openZstd(packed)
	default:
		text = io.NopCloser(packed)
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", l.name, l.damaged(err))
	}
	return &unpacked{text, l}, nil
}

func openZstd(packed io.Reader) (io.ReadCloser, error) {
	d, err := zstd.NewReader(packed, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(maxWindow))
	if err != nil {
		return nil, err
	}
	return d.IOReadCloser(), nil
}

// unpacked says of errors of unpacking what they mean.
type unpacked struct {
	io.ReadCloser
	of *lines
}

func (u *unpacked) Read(p []byte) (int, error) {
	n, err := u.ReadCloser.Read(p)
	if err != nil && err != io.EOF {
		err = u.of.damaged(err)
	}
	return n, err
}

func (l *lines) damaged(err error) error {
	if l.format == textFormat {
		return err
	}
	return fmt.Errorf("the %s file is cut off or damaged (%w); fetch or pack it again", l.format, err)
}

// textName is what errors call the text, whose lines and bytes are those of the unpacked file.
func (l *lines) textName() string {
	if l.format == textFormat {
		return l.name
	}
	return l.name + " (unpacked)"
}

// missingMessages says what a row has in the place of a list "messages", and what to do; "" if it has one.
func missingMessages(row []byte) string {
	messages, there := jsonl.Field(row, "messages")
	switch {
	case there && messages[0] == '[':
		return ""
	case there:
		return "its messages is " + typeName(messages) + "; convert the field"
	}
	if names := jsonl.Names(row); len(names) > 0 {
		return "it has " + strings.Join(slices.Sorted(slices.Values(names)), ", ") + "; rename or convert the field"
	}
	return "it has no fields"
}

// typeName names the type of a JSON value.
func typeName(value []byte) string {
	switch value[0] {
	case '"':
		return "a string"
	case '{':
		return "an object"
	case 't', 'f':
		return "true or false"
	case 'n':
		return "null"
	}
	return "a number"
}
