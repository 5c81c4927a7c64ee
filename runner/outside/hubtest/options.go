package hubtest

import (
	"cmp"
	"time"
)

// Options tell what to serve and how. Only Dir is needed.
type Options struct {
	Dir      string        // folder of repositories: DIR/OWNER/NAME/...
	Address  string        // where the Hub is served: 127.0.0.1:PORT; a free port if ""
	Tokens   []string      // that are valid; with any other one, nothing is served
	PageSize int           // entries of a page of a listing; 1,000 if 0, like the Hub
	Life     time.Duration // of a signed address; an hour if 0
	Large    int64         // bytes from which a file lies behind the CDN whatever its name; 10 MB if 0

	// Seed and Rate (0 to 1) make that part of the requests for files fail, each by one of Faults; all that a client can
	// get over if nil. A listing is a file with the name "". Pace is how long a Slow or Stalled answer holds back; 1 s if 0.
	Seed   uint64
	Rate   float64
	Faults []Fault
	Pace   time.Duration
}

func (o *Options) fill() {
	o.Address = cmp.Or(o.Address, freePort)
	o.PageSize = cmp.Or(o.PageSize, 1000)
	o.Life = cmp.Or(o.Life, time.Hour)
	o.Large = cmp.Or(o.Large, 10<<20)
	o.Pace = cmp.Or(o.Pace, time.Second)
	if o.Faults == nil {
		o.Faults = []Fault{TooMany, ServerError, Unavailable, Reset, CutOff, ShortRange, WrongRange, Expired, OtherTag}
	}
}

// Settings are what .hub.json may say of a repository.
type Settings struct {
	Private  bool     `json:"private,omitempty"`  // served to Allow only; others do not learn that it exists
	Gated    bool     `json:"gated,omitempty"`    // listed to all, its files served to Allow only
	Allow    []string `json:"allow,omitempty"`    // tokens that have access
	Disabled bool     `json:"disabled,omitempty"` // served to nobody
	MovedTo  string   `json:"movedTo,omitempty"`  // OWNER/NAME that it was renamed to
}

// A Fault is one way in which an answer goes wrong.
type Fault string

// The faults. Those of bodies and of addresses concern files on the CDN; where an answer cannot have one, it fails with
// ServerError instead.
const (
	TooMany     Fault = "too many"     // 429, with Retry-After of a second and RateLimit
	ServerError Fault = "server error" // 500
	Unavailable Fault = "unavailable"  // 503
	Reset       Fault = "reset"        // the connection is reset in the middle of the body
	CutOff      Fault = "cut off"      // the body ends early, against its Content-Length
	ShortRange  Fault = "short range"  // fewer bytes than asked for, with a Content-Range that admits it
	WrongRange  Fault = "wrong range"  // other bytes than asked for, with a Content-Range that admits it
	NoRange     Fault = "no range"     // 200 and the whole file
	Expired     Fault = "expired"      // 403: the signature has run out, for good
	OtherTag    Fault = "other tag"    // another ETag than before
	Slow        Fault = "slow"         // the body comes in two pieces, Pace apart
	Stalled     Fault = "stalled"      // the body stops in the middle until the client goes away, at most 60 Paces
	Altered     Fault = "altered"      // a byte is another one; only the digest tells
	None        Fault = ""             // no fault, to let requests pass before one that is ordered
)
