package geminitest

import (
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"time"
)

// reply is what a call comes to.
type reply struct {
	body    any // JSON, or bytes, or a part of a file
	header  http.Header
	status  int // 200 if 0
	charges []Charge
	load    int // tokens that count against the limits
}

// part of a file, to be closed after it was sent.
type part struct {
	*io.SectionReader
	io.Closer
}

// request is one request under way.
type request struct {
	asked
	w     http.ResponseWriter
	r     *http.Request
	owner string
	throw throw
}

// ServeHTTP answers a request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	s.done.Add(1) // a hijacked connection is watched no longer
	defer s.done.Done()
	if s.admin(w, r) {
		return
	}
	a, ok := route(r)
	if !ok {
		s.book.violation("no such call: %s %s", r.Method, r.URL.Path)
		send(w, &refusal{status: http.StatusNotFound, html: true, message: "The requested URL was not found on this server."})
		return
	}
	q := &request{asked: a, w: w, r: r}
	var f *refusal
	if q.owner, f = s.admit(r, a); f != nil {
		send(w, f)
		return
	}
	s.handle(q)
}

// handle leads a request to what does it.
func (s *Server) handle(q *request) {
	do := map[Call]func(*request){
		Generate: s.generate, Embed: s.embed, CountTokens: s.countTokens, Models: s.models,
		Upload: s.startUpload, Chunk: s.chunk, GetFile: s.getFile, Download: s.download, ListFiles: s.listFiles, DeleteFile: s.deleteFile,
		Create: s.createJob, GetJob: s.getJob, ListJobs: s.listJobs, CancelJob: s.cancelJob, DeleteJob: s.deleteJob,
		PutObject: s.putObject, GetObject: s.object, ListObjects: s.listObjects,
	}
	do[q.call](q)
}

// run does the work of a request, unless the dice say otherwise. What is asked is known by its hash; text is where rules
// look for what they match.
func (s *Server) run(q *request, hash, text string, work func() (reply, *refusal)) {
	q.throw = throw{call: q.call, asked: q.asked, hash: hash, text: text}
	s.dice.roll(&q.throw)
	if q.throw.fault == Reset {
		s.note(q, reply{}, 0)
		reset(q.w)
		return
	}
	f := before(q.throw)
	if q.throw.fault == Stalled || q.throw.fault == Slow {
		if wait := q.throw.rule.Wait.or(time.Second); !s.hold(q.r, wait, q.throw.fault == Stalled) {
			s.note(q, reply{}, 0)
			reset(q.w)
			return
		}
	}
	var a reply
	if f == nil {
		a, f = work()
	}
	s.finish(q, a, f)
}

// finish writes the book and sends the answer, in this order.
func (s *Server) finish(q *request, a reply, f *refusal) {
	status := cmp.Or(a.status, http.StatusOK)
	if f != nil {
		status = f.status
	}
	if from, ok := a.body.(part); ok {
		defer from.Close()
	}
	fault := q.throw.fault
	lost := f == nil && (fault == LoseReply || fault == CutBody || fault == Garbage)
	for i := range a.charges {
		a.charges[i].Lost = a.charges[i].Lost || lost
	}
	if err := s.note(q, a, status); err != nil {
		f = failure(err)
	}
	switch {
	case f != nil:
		send(q.w, f)
	case fault == LoseReply:
		reset(q.w)
	default:
		deliver(q, a, status)
	}
}

// note writes a request into the book.
func (s *Server) note(q *request, a reply, status int) error {
	e := entry{At: s.clock.now(), Call: q.call, Model: q.model, Hash: q.throw.hash, Fault: q.throw.fault, Status: status, Charges: a.charges}
	if a.load > 0 {
		e.Load, e.Owner = a.load, q.owner
	}
	return s.book.write(e)
}

// hold lets a request wait. It returns false if the client or the emulator goes away, and never true if it is forever.
func (s *Server) hold(r *http.Request, wait time.Duration, forever bool) bool {
	after := time.NewTimer(wait)
	defer after.Stop()
	ring := after.C
	if forever {
		ring = nil
	}
	select {
	case <-ring:
		return true
	case <-r.Context().Done():
		return false
	}
}

// deliver sends an answer, whole or not.
func deliver(q *request, a reply, status int) {
	for name, values := range a.header {
		q.w.Header()[name] = values
	}
	if from, ok := a.body.(part); ok {
		deliverFile(q, from.SectionReader, status)
		return
	}
	text, ok := a.body.([]byte)
	if !ok {
		var err error
		if text, err = json.Marshal(a.body); err != nil {
			send(q.w, failure(err))
			return
		}
		q.w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	}
	if q.throw.fault == Garbage {
		text = fmt.Appendf(nil, "{\"candidates\": [%s", text[:len(text)/2])
	}
	q.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	q.w.WriteHeader(status)
	if q.throw.fault == CutBody {
		text = text[:int(q.throw.at*float64(len(text)))]
	}
	q.w.Write(text) // a client that goes away is no fault of the emulator's
	if q.throw.fault == CutBody {
		cutOff(q.w)
	}
}

// deliverFile sends a part of a file.
func deliverFile(q *request, from *io.SectionReader, status int) {
	length := from.Size()
	q.w.Header().Set("Content-Length", strconv.FormatInt(length, 10))
	q.w.WriteHeader(status)
	if q.throw.fault == CutBody || q.throw.fault == Garbage {
		length = int64(q.throw.at * float64(length))
	}
	io.CopyN(q.w, from, length)
	if length < from.Size() {
		cutOff(q.w)
	}
}

func send(w http.ResponseWriter, f *refusal) {
	text := f.body()
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	if f.html {
		w.Header().Set("Content-Type", "text/html; charset=UTF-8")
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(f.status)
	w.Write(text)
}

// reset breaks the connection so that the client's next read fails with "connection reset".
func reset(w http.ResponseWriter) {
	conn, _, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	if tcp, ok := conn.(*net.TCPConn); ok {
		tcp.SetLinger(0)
	}
	conn.Close()
}

// cutOff sends what was written so far, and closes the connection.
func cutOff(w http.ResponseWriter) {
	control := http.NewResponseController(w)
	control.Flush()
	conn, _, err := control.Hijack()
	if err == nil {
		conn.Close()
	}
}
