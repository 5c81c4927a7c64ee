package hub

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
)

// tags are those of the XML and HTML in which servers tell what is wrong.
var tags = regexp.MustCompile(`<[^>]*>`)

// stream is one answer with the bytes of a file from at on, up to end.
type stream struct {
	f     *file
	resp  *http.Response
	watch *watch
	body  io.Reader
	at    int64
	end   int64
}

// stream asks for the bytes from off to end. It holds a connection until it is closed or parked.
func (f *file) stream(off, end int64) (*stream, error) {
	if err := f.locate(); err != nil {
		return nil, err
	}
	if err := f.c.lines.take(f.ctx); err != nil {
		return nil, err
	}
	s := &stream{f: f, watch: newWatch(f.ctx, f.c.o.Stall), at: off, end: end}
	if err := s.open(); err != nil {
		s.close()
		return nil, err
	}
	s.body = s.watch.of(s.resp.Body)
	return s, nil
}

func (s *stream) open() error {
	f, ranged := s.f, ""
	if s.at > 0 || s.end < f.size {
		ranged = fmt.Sprintf("bytes=%d-%d", s.at, s.end-1)
	}
	resp, err := f.c.fetch(s.watch.ctx, f.at.url, ranged)
	if err != nil {
		return located(f.place.subject(), s.watch.name(err))
	}
	s.resp = resp
	if err := s.check(ranged); err != nil {
		return err
	}
	return s.checkTag()
}

// fetch follows redirects wherever they lead; the token goes along on the endpoint only.
func (c *Client) fetch(ctx context.Context, to *url.URL, ranged string) (*http.Response, error) {
	for range mostHops {
		resp, err := c.send(ctx, to, ranged)
		if err != nil {
			return nil, err
		}
		next, err := target(resp)
		if err == nil && next == nil {
			return resp, nil
		}
		drop(resp)
		if err != nil {
			return nil, err
		}
		to = next
	}
	return nil, fmt.Errorf("%s redirects in a circle", to.Host)
}

// check makes sure that the answer is what was asked for.
func (s *stream) check(ranged string) error {
	resp, want := s.resp, s.end-s.at
	host := resp.Request.URL.Host
	switch {
	case ranged == "" && resp.StatusCode == http.StatusOK:
	case ranged != "" && resp.StatusCode == http.StatusPartialContent:
		said, expected := resp.Header.Get("Content-Range"), fmt.Sprintf("bytes %d-%d/%d", s.at, s.end-1, s.f.size)
		if said != expected {
			return &fault{text: fmt.Sprintf("%s answered with another range than asked for (%s, not %s)", host, printable(said), expected)}
		}
	case ranged != "" && resp.StatusCode == http.StatusOK:
		return &fault{text: host + " answered with the whole file instead of a range"}
	default:
		return s.refused()
	}
	if resp.ContentLength >= 0 && resp.ContentLength != want {
		return &fault{text: fmt.Sprintf("%s answered with %d bytes instead of %d", host, resp.ContentLength, want)}
	}
	return nil
}

// refused deals with an answer without bytes. Any that the CDN gives may mean that the address has run out, so that the
// Hub is asked for another one; what the CDN says of it is kept for when that does not help.
func (s *stream) refused() error {
	f, resp := s.f, s.resp
	if f.c.own(resp.Request.URL) {
		f.at = nil
		return f.c.problem(resp, f.place.subject())
	}
	text := resp.Request.URL.Host + " answered " + status(resp)
	if !passing(resp.StatusCode) {
		f.at = nil
		said, _ := io.ReadAll(io.LimitReader(resp.Body, 1<<10))
		text += " (" + f.c.brief(tags.ReplaceAllString(string(said), " ")) + ")"
	}
	return &fault{text: text, wait: askedWait(resp)}
}

// checkTag makes sure that all that comes from one address is of one object. An address that changes its mind is given
// up; the Hub then tells whether the file is still the same.
func (s *stream) checkTag() error {
	at, tag := s.f.at, s.resp.Header.Get("ETag")
	if at.etag != "" && tag != at.etag {
		s.f.at = nil
		return &fault{text: s.resp.Request.URL.Host + " answered with another ETag than before, so with another file"}
	}
	at.etag = tag
	return nil
}

// read fills buf. What it has read when it fails is right and counts.
func (s *stream) read(buf []byte) (int, error) {
	n, err := io.ReadFull(s.body, buf)
	s.at += int64(n)
	s.f.c.received.Add(int64(n))
	s.watch.pause()
	if err == nil {
		return n, nil
	}
	host := s.resp.Request.URL.Host
	return n, s.watch.name(&fault{text: fmt.Sprintf("%s broke off at byte %d of %d (%v)", host, s.at, s.end, bare(err))})
}

// hangUp ends the answer, close also gives the connection back.
func (s *stream) hangUp() {
	if s.resp != nil {
		s.resp.Body.Close()
	}
	s.watch.stop()
}

func (s *stream) close() {
	s.hangUp()
	s.f.c.lines.give()
}
