package geminitest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"time"
)

// Server is the emulator. It answers until Close.
type Server struct {
	opt    Options
	clock  *clock
	dice   *dice
	book   *book
	limits *limits
	files  *files
	jobs   *jobs
	bucket bucket

	url    string
	server *http.Server
	ctx    context.Context // ends with Close
	stop   context.CancelFunc
	done   sync.WaitGroup
}

// Start serves from the state in Options.Dir, and goes on with the jobs there. One emulator at a time may have it.
func Start(o Options) (*Server, error) {
	o.fill()
	if o.Dir == "" {
		return nil, errors.New("the emulator needs a folder for its state")
	}
	for _, dir := range []string{"files", "uploads", "jobs", "buckets"} {
		if err := os.MkdirAll(filepath.Join(o.Dir, dir), 0o700); err != nil {
			return nil, err
		}
	}
	s := &Server{opt: o, limits: newLimits(o.Limits), bucket: bucket{filepath.Join(o.Dir, "buckets")}}
	s.ctx, s.stop = context.WithCancel(context.Background())
	if err := s.open(); err != nil {
		s.stop()
		return nil, err
	}
	if err := s.listen(); err != nil {
		s.stop()
		return nil, errors.Join(err, s.book.file.Close())
	}
	return s, nil
}

// open reads the state.
func (s *Server) open() (err error) {
	if s.clock, err = newClock(s.opt); err != nil {
		return err
	}
	if s.dice, err = newDice(s.opt.Faults); err != nil {
		return err
	}
	if s.files, err = openFiles(s.opt.Dir); err != nil {
		return err
	}
	if s.jobs, err = openJobs(s.opt.Dir); err != nil {
		return err
	}
	s.book, err = openBook(s.opt.Dir, func(e entry) {
		if e.End != nil {
			s.jobs.ended(e.End)
			return
		}
		s.dice.again(e.Call, e.Hash, e.Fault)
		if e.Owner != "" {
			s.limits.again(e.Owner, e.Model, e.Load, e.At)
		}
	})
	return err
}

func (s *Server) listen() error {
	host, _, err := net.SplitHostPort(s.opt.Address)
	if err != nil {
		return err
	}
	if ip := net.ParseIP(host); host != "localhost" && (ip == nil || !ip.IsLoopback()) {
		return fmt.Errorf("%s is not on the loopback interface: use 127.0.0.1:PORT", s.opt.Address)
	}
	listener, err := net.Listen("tcp", s.opt.Address)
	if err != nil {
		return err
	}
	s.url = "http://" + listener.Addr().String()
	s.server = &http.Server{
		Handler: s, ReadHeaderTimeout: time.Minute,
		BaseContext: func(net.Listener) context.Context { return s.ctx },
		ConnState:   s.watch,
	}
	s.done.Go(func() {
		if err := s.server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			s.book.violation("the emulator stopped serving: %v", err)
		}
	})
	return nil
}

// watch counts connections, since the server's own Close does not wait for them.
func (s *Server) watch(_ net.Conn, state http.ConnState) {
	switch state {
	case http.StateNew:
		s.done.Add(1)
	case http.StateClosed, http.StateHijacked:
		s.done.Done()
	}
}

// URL is what GOOGLE_GEMINI_BASE_URL and GOOGLE_VERTEX_BASE_URL should be. Cloud Storage has the same.
func (s *Server) URL() string { return s.url }

// Close ends all answers, leaves the jobs to the next Start, and waits for its goroutines.
func (s *Server) Close() error {
	s.stop()
	err := s.server.Close()
	s.done.Wait()
	return errors.Join(err, s.book.file.Close())
}
