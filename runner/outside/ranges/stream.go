package ranges

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
)

// stream is one answer with the bytes of an object from at on, up to end.
type stream struct {
	f     *file
	watch *watch
	raw   io.Closer
	body  io.Reader
	at    int64
	end   int64
}

// stream asks for the bytes from off to end. It holds a line until it is closed or parked.
func (f *file) stream(off, end int64) (*stream, error) {
	if err := f.pool.lines.take(f.ctx); err != nil {
		return nil, err
	}
	s := &stream{f: f, watch: newWatch(f.ctx, f.pool.o.Stall), at: off, end: end}
	body, err := f.object.Fetch(s.watch.ctx, off, end)
	if err != nil {
		err = s.watch.name(err)
		s.close()
		return nil, err
	}
	s.raw, s.body = body, s.watch.of(body)
	return s, nil
}

// read fills buf. What it has read when it fails is right and counts.
func (s *stream) read(buf []byte) (int, error) {
	n, err := io.ReadFull(s.body, buf)
	s.at += int64(n)
	s.f.pool.received.Add(int64(n))
	s.watch.pause()
	if err == nil {
		return n, nil
	}
	return n, s.watch.name(&Passing{Text: fmt.Sprintf("the answer broke off at byte %d of %d (%v)", s.at, s.end, Bare(err))})
}

// Bare is the cause of an error of net/http and net/url, without the address, which may be signed, and without ports.
func Bare(err error) error {
	var u *url.Error
	for errors.As(err, &u) {
		err = u.Err
	}
	var n *net.OpError
	for errors.As(err, &n) {
		err = n.Err
	}
	return err
}

// hangUp ends the answer, close also gives the line back.
func (s *stream) hangUp() {
	if s.raw != nil {
		s.raw.Close()
	}
	s.watch.stop()
}

func (s *stream) close() {
	s.hangUp()
	s.f.pool.lines.give()
}
