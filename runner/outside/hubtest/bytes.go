package hubtest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"time"
)

// answer is the bytes of a file that a request gets, and what goes wrong with them.
type answer struct {
	h      *Hub
	name   string
	file   file
	fault  Fault
	from   int64
	to     int64 // behind the last byte
	ranged bool
	at     float64 // where in the body it goes wrong, from 0 to below 1
}

// bytes serves a file or a range of it.
func (h *Hub) bytes(w http.ResponseWriter, r *http.Request, name string, f file, tag string) {
	h.book.note(name, func(c *Count) { c.Requests++ })
	a := answer{h: h, name: name, file: f, to: f.size}
	a.fault, a.at = h.dice.roll(name)
	if a.fault != None {
		h.book.note(name, func(c *Count) { c.Faults++ })
	}
	number := r.URL.Query().Get("Key-Pair-Id")
	if a.fault == Expired && number == "" {
		a.fault = ServerError
	}
	if busy(w, a.fault) {
		return
	}
	if a.fault == Expired {
		h.revoke(number)
		denied(w)
		return
	}
	if a.fault == OtherTag {
		tag = quoted("another")
	}
	w.Header().Set("ETag", tag)
	w.Header().Set("Accept-Ranges", "bytes")
	if !a.choose(w, r.Header.Get("Range")) {
		return
	}
	a.send(w, r)
}

// choose finds the range to send, and sets the header.
func (a *answer) choose(w http.ResponseWriter, header string) bool {
	if a.fault == NoRange {
		header = ""
	}
	if spec, ok := strings.CutPrefix(header, "bytes="); ok {
		first, last, _ := strings.Cut(spec, "-")
		from, err := strconv.ParseInt(first, 10, 64)
		to, err2 := strconv.ParseInt(last, 10, 64)
		if last == "" {
			to, err2 = a.file.size-1, nil
		}
		if err != nil || err2 != nil || from > to || from >= a.file.size {
			w.WriteHeader(http.StatusRequestedRangeNotSatisfiable)
			return false
		}
		a.from, a.to, a.ranged = from, min(to+1, a.file.size), true
	}
	a.bend()
	w.Header().Set("Content-Length", strconv.FormatInt(a.to-a.from, 10))
	if a.ranged {
		w.Header().Set("Content-Range", fmt.Sprintf("bytes %d-%d/%d", a.from, a.to-1, a.file.size))
		w.WriteHeader(http.StatusPartialContent)
	}
	return true
}

// bend makes the range another one, if that is the fault.
func (a *answer) bend() {
	switch {
	case !a.ranged || a.to-a.from < 2:
	case a.fault == ShortRange:
		a.to -= (a.to - a.from + 1) / 2
	case a.fault == WrongRange && a.from > 0:
		a.from, a.to = a.from-1, a.to-1
	case a.fault == WrongRange:
		a.from++
	}
}

func (a *answer) send(w http.ResponseWriter, r *http.Request) {
	from, err := os.Open(a.file.at)
	if err != nil {
		return
	}
	defer from.Close()
	length := a.to - a.from
	cut := int64(a.at * float64(length))
	switch a.fault {
	case Reset, CutOff:
		a.copy(w, from, a.from, cut)
		if a.fault == Reset {
			reset(w)
		}
	case Slow, Stalled:
		a.copy(w, from, a.from, cut)
		http.NewResponseController(w).Flush()
		if a.hold(r) {
			a.copy(w, from, a.from+cut, length-cut)
		}
	case Altered:
		a.copy(w, from, a.from, cut)
		a.alter(w, from, a.from+cut)
		a.copy(w, from, a.from+cut+1, length-cut-1)
	default:
		a.copy(w, from, a.from, length)
	}
}

// copy sends bytes of the file. A client that goes away is no fault of the emulator's.
func (a *answer) copy(w io.Writer, from io.ReaderAt, off, n int64) {
	io.Copy(counter{a, w}, io.NewSectionReader(from, off, n))
}

// counter counts bytes before they are sent, so that a client that has them finds them counted.
type counter struct {
	a *answer
	w io.Writer
}

func (c counter) Write(p []byte) (int, error) {
	c.a.h.book.note(c.a.name, func(n *Count) { n.Bytes += int64(len(p)) })
	return c.w.Write(p)
}

func (a *answer) alter(w io.Writer, from io.ReaderAt, off int64) {
	one := make([]byte, 1)
	if _, err := from.ReadAt(one, off); err == nil {
		one[0] ^= 0x20
		w.Write(one)
	}
}

// hold waits. It returns false if the client went away or the body is not to go on.
func (a *answer) hold(r *http.Request) bool {
	pace := a.h.o.Pace
	if a.fault == Stalled {
		pace *= 60
	}
	t := time.NewTimer(pace)
	defer t.Stop()
	select {
	case <-t.C:
		return a.fault == Slow
	case <-r.Context().Done():
		return false
	}
}

// reset breaks the connection so that the client sees a reset and no end.
func reset(w http.ResponseWriter) {
	http.NewResponseController(w).Flush()
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}
