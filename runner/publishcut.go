package runner

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
)

// cutOff tells whether the file of a stage is the beginning of what would be published, and no more: then it was
// probably not changed by somebody who meant to, but cut off by a copy that broke or a disk that was full. It renders
// no more than the file holds.
func (r *Runner) cutOff(ctx context.Context, stages []*stage, st *stage) (bool, error) {
	file, err := os.Open(r.target(st))
	if err != nil {
		return false, err
	}
	defer file.Close()
	w := &beginning{left: bufio.NewReaderSize(file, 1<<20)}
	err = r.render(ctx, stages, st, w)
	if errors.Is(err, errEnds) {
		return true, nil
	}
	if errors.Is(err, errDiffers) {
		return false, nil
	}
	return false, err
}

var (
	errEnds    = errors.New("the file ends first")
	errDiffers = errors.New("the file holds something else")
)

// beginning compares what is written to it with a file. It refuses more than the file holds, with errEnds if all before
// was the same and errDiffers if not.
type beginning struct {
	left *bufio.Reader
	buf  []byte
}

func (b *beginning) Write(text []byte) (int, error) {
	if cap(b.buf) < len(text) {
		b.buf = make([]byte, len(text))
	}
	there := b.buf[:len(text)]
	n, err := io.ReadFull(b.left, there)
	switch {
	case !bytes.Equal(there[:n], text[:n]):
		return 0, errDiffers
	case err == io.EOF || err == io.ErrUnexpectedEOF:
		return n, errEnds
	}
	return n, err
}
