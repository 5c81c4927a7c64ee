package stratify

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// namedRows is of how many rows of a part the names of fields are noted, to be proposed where one is misspelt.
const namedRows = 64

// A sighting is what was seen of the fields of a part, or of several. It is small however many rows there are.
type sighting struct {
	Rows  int             `json:"rows"`
	By    []seen          `json:"by,omitempty"`    // of each dividing field
	Names map[string]bool `json:"names,omitempty"` // fields of the first rows
}

// seen is what was seen of one field.
type seen struct {
	Rows    int    `json:"rows"`              // that have it
	Numbers int    `json:"numbers"`           // of them, where it is a number
	Example string `json:"example,omitempty"` // a value that is none
}

// note adds a row, given with the values of the dividing fields.
func (s *sighting) note(by []divider, row []byte, values [][]byte) {
	if s.Rows < namedRows {
		for _, name := range jsonl.Names(row) {
			s.name(name)
		}
	}
	s.Rows++
	s.widen(len(by))
	for i, d := range by {
		if values[i] != nil {
			s.By[i].note(d.text(values[i]))
		}
	}
}

func (s *seen) note(text string) {
	s.Rows++
	if _, err := strconv.ParseFloat(text, 64); err == nil {
		s.Numbers++
	} else if s.Example == "" {
		s.Example = fmt.Sprintf("%.40s", text)
	}
}

func (s *sighting) name(field string) {
	if s.Names == nil {
		s.Names = map[string]bool{}
	}
	s.Names[field] = true
}

func (s *sighting) widen(fields int) {
	if s.By == nil {
		s.By = make([]seen, fields)
	}
}

// add adds what was seen of another part.
func (s *sighting) add(o sighting) {
	s.Rows += o.Rows
	for name := range o.Names {
		s.name(name)
	}
	s.widen(len(o.By))
	for i, more := range o.By {
		s.By[i].Rows += more.Rows
		s.By[i].Numbers += more.Numbers
		if s.By[i].Example == "" {
			s.By[i].Example = more.Example
		}
	}
}

// sightings adds up what was seen of all parts.
func (p *pool) sightings(ctx context.Context) (total sighting, err error) {
	for i := range p.parts {
		for _, part := range p.in.Parts(2*p.parts + i) {
			lines, err := p.in.Read(ctx, part)
			if err != nil {
				return total, err
			}
			for _, line := range jsonl.Rows(lines) {
				var s sighting
				if err := json.Unmarshal(line, &s); err != nil {
					return total, fmt.Errorf("read what was seen of source %d: %w", i, err)
				}
				total.add(s)
			}
		}
	}
	return total, nil
}

// check finds dividing fields that divide nothing: those that no row has, and ranges of what is never a number. Rows
// that name no source are of the source "unknown", so that field alone may be missing throughout.
func (s sighting) check(by []divider) error {
	for i, d := range by {
		if s.Rows == 0 {
			return nil
		}
		path := fmt.Sprintf("by[%d]", i)
		switch found := s.By[i]; {
		case found.Rows == 0 && (d.Field != jsonl.SourceField || d.Edges != nil):
			names := slices.Sorted(maps.Keys(s.Names))
			return steps.Mistake(path+".field", "no row has the field %q%s  Fields found: %s",
				d.Field, proposal(nearest(d.Field, names)), listed(names))
		case found.Numbers == 0 && d.Edges != nil:
			return steps.Mistake(path+".edges", "the field %q is a number in no row (for example %q); take the edges out, or "+
				"name another field", d.Field, found.Example)
		}
	}
	return nil
}

// listed joins names, the first ones if there are many.
func listed(names []string) string {
	text := strings.Join(names[:min(len(names), mostListed)], ", ")
	if more := len(names) - mostListed; more > 0 {
		text += fmt.Sprintf(", and %s more", comma(more))
	}
	return text
}
