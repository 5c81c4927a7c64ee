package geminitest

import (
	"encoding/json"
	"net/http"
	"strings"
)

// admin answers what is asked of the emulator itself. It needs no key, and serves no web page from elsewhere: a browser
// that sends an Origin is turned away.
//
//	GET  /emulator/bill        what was billed: Bill
//	GET  /emulator/calls       requests so far: Calls
//	GET  /emulator/faults      what went wrong on purpose: Faults
//	POST /emulator/faults      another Plan
//	GET  /emulator/violations  Violations
//	GET  /emulator/clock       {"now": "2026-11-23T10:00:00Z"}
//	POST /emulator/clock       {"advance": "1h30m"}
func (s *Server) admin(w http.ResponseWriter, r *http.Request) bool {
	what, ok := strings.CutPrefix(r.URL.Path, "/emulator/")
	if !ok {
		return false
	}
	var v any
	f := refuse(http.StatusForbidden, forbidden, "not for web pages")
	if r.Header.Get("Origin") == "" {
		v, f = s.ask(what, r)
	}
	if f != nil {
		send(w, f)
		return true
	}
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(v); err != nil {
		s.book.violation("%s: %v", r.URL.Path, err)
	}
	return true
}

func (s *Server) ask(what string, r *http.Request) (any, *refusal) {
	switch r.Method + " " + what {
	case "GET bill":
		return s.Bill(), nil
	case "GET calls":
		return s.Calls(), nil
	case "GET faults":
		return s.Faults(), nil
	case "GET violations":
		return s.Violations(), nil
	case "GET clock":
		return map[string]any{"now": s.Now()}, nil
	case "POST clock":
		return s.move(r)
	case "POST faults":
		return s.replan(r)
	}
	return nil, refuse(http.StatusNotFound, missing, "no %s %s", r.Method, r.URL.Path)
}

func (s *Server) move(r *http.Request) (any, *refusal) {
	var by struct{ Advance Span }
	if err := json.NewDecoder(r.Body).Decode(&by); err != nil {
		return nil, badRequest("%v", err)
	}
	if err := s.Advance(by.Advance.or(0)); err != nil {
		return nil, failure(err)
	}
	return map[string]any{"now": s.Now()}, nil
}

func (s *Server) replan(r *http.Request) (any, *refusal) {
	dec := json.NewDecoder(r.Body)
	dec.DisallowUnknownFields()
	var p Plan
	err := dec.Decode(&p)
	if err == nil {
		err = s.SetFaults(p)
	}
	if err != nil {
		return nil, badRequest("%v", err)
	}
	return map[string]any{}, nil
}
