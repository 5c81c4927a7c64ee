package geminitest

import (
	"cmp"
	"time"
)

// Options say what to serve and how. Only Dir is needed.
type Options struct {
	Dir     string // where the state lies; made if it does not exist
	Address string // host:port on the loopback interface; a free port if ""

	// Keys and Tokens are the API keys and the access tokens that are valid. Each belongs to a project of its own, which
	// does not see the jobs and files of another. If both are empty, any will do.
	Keys   []string
	Tokens []string

	Now    func() time.Time // the clock before it is moved; time.Now if nil
	Answer Answerer         // what models say; [Rewrite] if nil
	Limits Limits           // zero values do not limit
	Jobs   Jobs
	Faults Plan
}

// Limits are what a project may ask of one model. A request above them is answered with 429, in the service's words.
type Limits struct {
	RequestsPerMinute int `json:"requestsPerMinute,omitempty"` // in any 60 seconds
	TokensPerMinute   int `json:"tokensPerMinute,omitempty"`   // of prompts, in any 60 seconds
	RequestsPerDay    int `json:"requestsPerDay,omitempty"`    // days begin at midnight in Los Angeles, or in UTC without a time zone database
	EnqueuedTokens    int `json:"enqueuedTokens,omitempty"`    // of prompts in jobs that have not ended
	Jobs              int `json:"jobs,omitempty"`              // that have not ended; 100 if 0
}

// Jobs are the times that batch jobs take, by the emulator's clock.
type Jobs struct {
	Queue  time.Duration // from creation until it runs; 100 ms if 0
	Run    time.Duration // from then until it ends; 500 ms if 0
	Expire time.Duration // after which a job that has not ended expires; 48 h if 0
}

// These are the same for everybody.
const (
	maxBody     = 20 << 20       // bytes of a request
	maxFile     = 2 << 30        // bytes of an uploaded file
	maxShelf    = 20 << 30       // bytes of all files of a project
	maxTexts    = 100            // in a call that embeds
	maxEmbedIn  = 2048           // tokens of a text to embed
	fileLife    = 48 * time.Hour // until a file is deleted
	defaultPage = 50             // entries of a page of a listing
)

func (o *Options) fill() {
	o.Address = cmp.Or(o.Address, "127.0.0.1:0")
	o.Limits.Jobs = cmp.Or(o.Limits.Jobs, 100)
	o.Jobs.Queue = cmp.Or(o.Jobs.Queue, 100*time.Millisecond)
	o.Jobs.Run = cmp.Or(o.Jobs.Run, 500*time.Millisecond)
	o.Jobs.Expire = cmp.Or(o.Jobs.Expire, fileLife)
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Answer == nil {
		o.Answer = Rewrite
	}
}
