package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"sftrun.local/runner/store"
	"sftrun.local/steps"
)

// A seal says that a text is as it was written, not who wrote it: a script, another version, somebody who copied a file
// to another name. So what a text says is checked as well, as far as what follows relies on it: digests are digests,
// counts are no less than none, numbers of parts are within their list. What fails the check counts as damaged.

// content is what is stored as JSON. sound tells what is wrong with it, under the name where it was found.
type content interface{ sound(name string) error }

// decode reads what is stored under a name.
func decode(name string, text []byte, into content) error {
	if !strings.HasPrefix(string(text), "{") {
		return fmt.Errorf("it begins with %.10q, and not as an object", text)
	}
	if err := json.Unmarshal(text, into); err != nil {
		return err
	}
	return into.sound(name)
}

// readSealed reads a sealed JSON record; nil if there is none or if it is damaged.
func readSealed[T any, P interface {
	*T
	content
}](ctx context.Context, s *store.Store, name string) (*T, error) {
	text, err := s.Record(ctx, name)
	var damaged *store.Damaged
	if errors.Is(err, fs.ErrNotExist) || errors.As(err, &damaged) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	v := new(T)
	if decode(name, text, P(v)) != nil {
		return nil, nil
	}
	return v, nil
}

func (r *Record) sound(name string) error {
	if r.Attempt < 0 || r.name() != name {
		return fmt.Errorf("it is the record of %s", r.name())
	}
	for stream, parts := range r.Streams {
		if err := checkParts(stream, parts); err != nil {
			return err
		}
	}
	for nth, p := range r.Provenance {
		if p == (steps.Part{}) {
			continue // none of the rows has any
		}
		if err := checkParts("provenance", r.Provenance[nth:nth+1]); err != nil {
			return err
		}
	}
	t := Tally{Out: r.Out, Dropped: r.Dropped, Failed: r.Failed, Transient: r.Transient}
	return t.checkCounts()
}

func (m *Manifest) sound(string) error {
	for _, name := range m.Actions {
		if !isRecord(name) {
			return fmt.Errorf("%q is no name of a record", name)
		}
	}
	for stream, pieces := range m.Streams {
		for _, p := range pieces {
			if p.Action < 0 || p.Action >= len(m.Actions) || p.Nth < 0 {
				return fmt.Errorf("%s: part %d of action %d, of %d actions", stream, p.Nth, p.Action, len(m.Actions))
			}
			if err := checkParts(stream, []steps.Part{p.Part}); err != nil {
				return err
			}
		}
	}
	for _, p := range m.Provenance {
		if p.Digest != "" && !store.IsDigest(p.Digest) {
			return fmt.Errorf("provenance: %.80q is no digest", p.Digest)
		}
	}
	return m.checkCounts()
}

func (run *RunRecord) sound(name string) error {
	if run.Number < 1 || runName(run.Number) != name {
		return fmt.Errorf("it is the record of run %d", run.Number)
	}
	for _, s := range run.Steps {
		if s.Symbol != "" && !store.IsDigest(s.Symbol) || s.Detail != "" && !store.IsDigest(s.Detail) {
			return fmt.Errorf("steps.%.80s: %.80q or %.80q is no digest", s.Name, s.Symbol, s.Detail)
		}
		if err := s.Tally.checkCounts(); err != nil {
			return fmt.Errorf("steps.%.80s: %w", s.Name, err)
		}
		if min(s.Since, s.Actions, s.Executed, s.Reused, s.RowsIn, s.Asked, s.Answered) < 0 || min(s.Pace, s.Seconds, s.USD) < 0 {
			return fmt.Errorf("steps.%.80s: a figure is negative", s.Name)
		}
	}
	if run.Digest != "" && !store.IsDigest(run.Digest) {
		return fmt.Errorf("%.80q is no digest", run.Digest)
	}
	return nil
}

func (d *Detail) sound(string) error {
	for _, name := range d.Actions {
		if !isRecord(name) {
			return fmt.Errorf("%.80q is no name of a record", name)
		}
	}
	for field, f := range d.Files {
		if !store.IsDigest(f.Digest) {
			return fmt.Errorf("%.80s: %.80q is no digest", field, f.Digest)
		}
	}
	return nil
}

func (r *Removal) sound(name string) error {
	if r.Run < 1 || removalName(r.Run) != name {
		return fmt.Errorf("it is the note of run %d", r.Run)
	}
	return nil
}

func (t *Tag) sound(name string) error {
	if t.Run < 1 || tagPrefix+t.Name != name {
		return fmt.Errorf("it is tag %.120q of run %d", t.Name, t.Run)
	}
	return nil
}

// checkParts of a stream. A row takes a byte at least, so that no number of rows is more than what can be there.
func checkParts(stream string, parts []steps.Part) error {
	for nth, p := range parts {
		if !store.IsDigest(p.Digest) || p.Rows < 0 || int64(p.Rows) > p.Size {
			return fmt.Errorf("%s: part %d of %d bytes and %d rows, digest %.80q", stream, nth, p.Size, p.Rows, p.Digest)
		}
	}
	return nil
}

// mostTally is more than any tally can come to: sums of it stay numbers.
const mostTally = 1 << 48

func (t *Tally) checkCounts() error {
	counts := []int{t.In, t.Out, t.Transient}
	for _, reasons := range []map[string]int{t.Dropped, t.Failed} {
		for _, n := range reasons {
			counts = append(counts, n)
		}
	}
	for _, n := range counts {
		if n < 0 || n > mostTally {
			return fmt.Errorf("%d rows cannot be", n)
		}
	}
	return nil
}

// isRecord tells whether a name is that of a record of an action.
func isRecord(name string) bool { return strings.HasPrefix(name, "actions/") && recordShape(name) }
