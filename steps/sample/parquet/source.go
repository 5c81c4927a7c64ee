package parquet

import (
	"fmt"
	"io"
)

// source is the file as parquet-go reads it. It remembers what went wrong in reading, which parquet-go's errors do not
// tell from damage.
type source struct {
	r   io.ReaderAt
	err error
}

func (s *source) ReadAt(p []byte, off int64) (int, error) {
	n, err := s.r.ReadAt(p, off)
	if n < len(p) && err != nil && err != io.EOF {
		s.err = fmt.Errorf("read %d bytes at %d: %w", len(p), off, err)
	}
	return n, err
}

// blame returns what went wrong in reading, or else err.
func (s *source) blame(err error) error {
	if s.err != nil {
		return s.err
	}
	return err
}
