package geminitest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"regexp"
	"slices"
	"time"
)

// A Plan says what goes wrong. What a request meets depends on the seed, the call, what is asked, and how often that was
// asked before: neither on the time nor on what other requests are under way. Only Nth depends on the order.
type Plan struct {
	Seed  uint64 `json:"seed"`
	Rules []Rule `json:"rules"` // the first one that fits counts
}

// A Rule is a fault and where it happens. All conditions that are set must hold.
type Rule struct {
	Call   Call    `json:"call,omitempty"`   // "" is every call that can have the fault
	Faults []Fault `json:"faults"`           // one of these, by seed
	Rate   float64 `json:"rate,omitempty"`   // in this part of the requests, 0 to 1; 0 is all
	Nth    []int   `json:"nth,omitempty"`    // in these requests of their call, counted from 1
	Tries  int     `json:"tries,omitempty"`  // in the first so many askings of the same thing
	Match  string  `json:"match,omitempty"`  // where this regular expression fits the key, the name, or the text of the request
	Model  string  `json:"model,omitempty"`  // for this model
	Wait   Span    `json:"wait,omitempty"`   // see the fault
	Code   int     `json:"code,omitempty"`   // see the fault
	Vertex *bool   `json:"vertex,omitempty"` // on Vertex AI, or elsewhere

	match *regexp.Regexp
}

// A Span is a time that JSON has as "1m30s".
type Span time.Duration

// MarshalText implements encoding.TextMarshaler.
func (s Span) MarshalText() ([]byte, error) { return []byte(time.Duration(s).String()), nil }

// UnmarshalText implements encoding.TextUnmarshaler.
func (s *Span) UnmarshalText(text []byte) error {
	d, err := time.ParseDuration(string(text))
	*s = Span(d)
	return err
}

// or is the time, or another one if it is 0.
func (s Span) or(d time.Duration) time.Duration {
	if s == 0 {
		return d
	}
	return time.Duration(s)
}

// ReadPlan reads a plan from a JSON file. A field or a fault that does not exist is an error.
func ReadPlan(path string) (Plan, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return Plan{}, err
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	var p Plan
	if err := dec.Decode(&p); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	if err := p.check(); err != nil {
		return Plan{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// check finds rules that could never happen, and makes the others ready.
func (p *Plan) check() error {
	for i := range p.Rules {
		if err := p.Rules[i].check(); err != nil {
			return fmt.Errorf("rule %d of the faults: %w", i+1, err)
		}
	}
	return nil
}

func (r *Rule) check() (err error) {
	if r.Call != "" && !slices.Contains(Calls(), r.Call) {
		return fmt.Errorf("no call %q; there are %v", r.Call, Calls())
	}
	if len(r.Faults) == 0 {
		return fmt.Errorf("it has no faults")
	}
	for _, f := range r.Faults {
		if !r.possible(f) {
			return fmt.Errorf("no fault %q in call %q; there are %v", f, r.Call, FaultsOf(r.Call))
		}
	}
	if r.Rate < 0 || r.Rate > 1 {
		return fmt.Errorf("rate %v is not from 0 to 1", r.Rate)
	}
	if r.match, err = regexp.Compile(r.Match); err != nil {
		return fmt.Errorf("match: %w", err)
	}
	return nil
}

func (r *Rule) possible(f Fault) bool {
	if r.Call != "" {
		return f == None || slices.Contains(FaultsOf(r.Call), f)
	}
	return f == None || slices.ContainsFunc(Calls(), func(c Call) bool { return slices.Contains(FaultsOf(c), f) })
}
