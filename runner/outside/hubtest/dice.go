package hubtest

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"net/http"
	"sync"
)

// dice decides which answers go wrong.
type dice struct {
	seed   uint64
	rate   float64
	faults []Fault

	mu      sync.Mutex
	turns   map[string]int     // requests so far, by file
	ordered map[string][]Fault // what the next ones are to meet
}

// Next orders what the next requests for a file meet, one after the other: OWNER/NAME/PATH for its bytes, "resolve "
// before that for the question where they lie, "" for listings and the like. None lets one pass.
func (h *Hub) Next(path string, faults ...Fault) {
	h.dice.mu.Lock()
	defer h.dice.mu.Unlock()
	h.dice.ordered[path] = append(h.dice.ordered[path], faults...)
}

// roll returns what the next request for a file meets, and a number below 1 that goes with it.
func (d *dice) roll(path string) (Fault, float64) {
	d.mu.Lock()
	defer d.mu.Unlock()
	turn := d.turns[path]
	d.turns[path]++
	hash := sha256.Sum256(fmt.Appendf(nil, "%d %d %s", d.seed, turn, path))
	chance, which, where := unit(hash[0:]), unit(hash[8:]), unit(hash[16:])
	if next := d.ordered[path]; len(next) > 0 {
		d.ordered[path] = next[1:]
		return next[0], where
	}
	if chance >= d.rate {
		return None, where
	}
	return d.faults[int(which*float64(len(d.faults)))], where
}

// unit makes a number from 0 to below 1 of eight bytes.
func unit(b []byte) float64 { return float64(binary.BigEndian.Uint64(b)>>11) / (1 << 53) }

// busy gives the answers of a server that cannot or will not. It returns false if the fault is none of these.
func busy(w http.ResponseWriter, f Fault) bool {
	switch f {
	case TooMany:
		w.Header().Set("Retry-After", "1")
		w.Header().Set("RateLimit", `"api|pages|resolvers";r=0;t=1`)
		w.Header().Set("RateLimit-Policy", `"fixed window";"api|pages|resolvers";q=500;w=300`)
		refuse(w, http.StatusTooManyRequests, "", "Too Many Requests")
	case ServerError:
		refuse(w, http.StatusInternalServerError, "", "Internal Error - We're working hard to fix this as soon as possible!")
	case Unavailable:
		refuse(w, http.StatusServiceUnavailable, "", "Service Unavailable")
	default:
		return false
	}
	return true
}

// refuse answers in the way of the Hub: the reason in headers, and in JSON.
func refuse(w http.ResponseWriter, status int, code, message string) {
	if code != "" {
		w.Header().Set("X-Error-Code", code)
	}
	w.Header().Set("X-Error-Message", message)
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	fmt.Fprintf(w, "{\"error\":%q}", message)
}
