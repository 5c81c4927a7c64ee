package webtest

import (
	"math/rand/v2"
	"net/http"
	"sync"
	"sync/atomic"
)

// Faulty lets a share of the answers of a server go wrong: 429 and 503, connections that break before the answer and in
// the middle of it. Which ones do depends on the seed.
type Faulty struct {
	Server http.Handler
	Rate   float64 // share of answers that go wrong, from 0 to 1
	Seed   uint64

	mu     sync.Mutex
	dice   *rand.Rand
	faults atomic.Int64
}

// Faults is how many answers went wrong.
func (f *Faulty) Faults() int64 { return f.faults.Load() }

// ServeHTTP implements http.Handler.
func (f *Faulty) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	wrong, kind := f.roll()
	if !wrong {
		f.Server.ServeHTTP(w, r)
		return
	}
	f.faults.Add(1)
	switch kind {
	case 0:
		w.Header().Set("Retry-After", "0")
		w.WriteHeader(http.StatusTooManyRequests)
	case 1:
		w.WriteHeader(http.StatusServiceUnavailable)
	case 2:
		panic(http.ErrAbortHandler) // resets the connection
	default:
		f.Server.ServeHTTP(&short{ResponseWriter: w}, r)
		panic(http.ErrAbortHandler)
	}
}

func (f *Faulty) roll() (wrong bool, kind int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.dice == nil {
		f.dice = rand.New(rand.NewPCG(f.Seed, 0))
	}
	return f.dice.Float64() < f.Rate, f.dice.IntN(4)
}

// short sends the first half of what is written first, and nothing of the rest.
type short struct {
	http.ResponseWriter
	cut bool
}

func (s *short) Write(p []byte) (int, error) {
	if s.cut {
		return len(p), nil
	}
	s.cut = true
	s.ResponseWriter.Write(p[:len(p)/2])
	s.ResponseWriter.(http.Flusher).Flush()
	return len(p), nil
}
