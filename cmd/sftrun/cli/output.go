package cli

import (
	"errors"
	"fmt"
	"io"
	"syscall"
)

// output is standard output. It remembers that something could not be written, so that no command whose output is cut
// short ends as if all were well.
type output struct {
	io.Writer
	failed error
}

func (o *output) Write(text []byte) (int, error) {
	n, err := o.Writer.Write(text)
	if o.failed == nil {
		o.failed = err
	}
	return n, err
}

// Fd is the descriptor of the file that is written to, or one of no file.
func (o *output) Fd() uintptr {
	if f, ok := o.Writer.(interface{ Fd() uintptr }); ok {
		return f.Fd()
	}
	return ^uintptr(0)
}

// checked is the end of a command: an error if its output could not be written and it has no other. A reader that went
// away is none: it had enough.
func (o *output) checked(err error) error {
	if o.failed == nil || errors.Is(o.failed, syscall.EPIPE) || err != nil && !errors.Is(err, o.failed) {
		return err
	}
	return &exit{exitError, fmt.Sprintf("%v.  What was written is not whole", o.failed)}
}
