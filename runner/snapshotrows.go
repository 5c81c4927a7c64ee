package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"sftrun.local/steps"
	"sftrun.local/steps/jsonl"
)

// Load finds the parts of every step that was done, and what was asked for it. It reads records and no rows. The error
// is a *GoneError if the store does not hold them any more.
func (s *Snapshot) Load(ctx context.Context) error {
	for i := range s.Made {
		m := &s.Made[i]
		if was := s.Run.step(m.Name); was != nil {
			m.Asked = was.StepReport
		}
		if m.Gone {
			return &GoneError{s.name, m.Name, "what is known of"}
		}
		if !m.Done {
			continue
		}
		if err := s.parts(ctx, m); err != nil {
			return err
		}
	}
	return nil
}

// parts strings together the parts of rows that the actions of a step made.
func (s *Snapshot) parts(ctx context.Context, m *Made) error {
	names, err := s.records(ctx, m)
	if err != nil {
		return err
	}
	for _, name := range names {
		rec, err := readSealed[Record](ctx, s.store, name)
		if err != nil {
			return err
		}
		if rec == nil {
			return &GoneError{s.name, m.Name, "what is known of a part of"}
		}
		for nth, p := range rec.Streams[steps.RowsStream] {
			part := MadePart{Part: p}
			if nth < len(rec.Provenance) {
				part.Provenance = rec.Provenance[nth]
			}
			m.Rows = append(m.Rows, part)
		}
		m.Rejects = append(m.Rejects, rec.Streams[steps.RejectsStream]...)
	}
	return nil
}

// records names the records of a step's actions. What an older version noted names none: then the manifest of the
// step does, unless rows had failed.
func (s *Snapshot) records(ctx context.Context, m *Made) ([]string, error) {
	if len(m.Detail.Actions) == len(m.Detail.Symbols) {
		return m.Detail.Actions, nil
	}
	was := s.Run.step(m.Name)
	if was == nil || was.Symbol == "" {
		return nil, &GoneError{s.name, m.Name, "what is known of the parts of"}
	}
	manifest, err := readSealed[Manifest](ctx, s.store, manifestName(was.Symbol))
	if err != nil {
		return nil, err
	}
	if manifest == nil {
		return nil, &GoneError{s.name, m.Name, "what is known of the parts of"}
	}
	return manifest.Actions, nil
}

// Step returns what a step had made, nil if the pipeline had no such step.
func (s *Snapshot) Step(name string) *Made {
	i := slices.IndexFunc(s.Made, func(m Made) bool { return m.Name == name })
	if i < 0 {
		return nil
	}
	return &s.Made[i]
}

// Read returns the bytes of a part that a step made: JSONL, as it is stored, without the columns that publication adds
// (see package jsonl for its rows). The error is a *GoneError if the store holds it no more.
func (s *Snapshot) Read(ctx context.Context, step string, p steps.Part) ([]byte, error) {
	data, err := s.store.Get(ctx, p.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &GoneError{s.name, step, "a part of what was made by"}
	}
	return data, err
}

// File returns the bytes of a file that a step's config declared, such as a prompt. The error is a *GoneError if the
// store holds it no more.
func (s *Snapshot) File(ctx context.Context, step string, f steps.File) ([]byte, error) {
	if s.outside != nil {
		return s.outside.declared(ctx, s.store, f)
	}
	data, err := s.store.Get(ctx, f.Digest)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &GoneError{s.name, step, f.Path + " of"}
	}
	return data, err
}

// A Fate is what became of a row in a step that did not hand it on.
type Fate struct {
	Step   string `json:"step"`
	State  string `json:"state"` // dropped or failed
	Reason string `json:"reason"`
}

// Fates looks for rows by their ids among those that steps did not hand on. Of an id that occurs several times the
// last one is told; one that is not among them is left out.
func (s *Snapshot) Fates(ctx context.Context, ids []string) (map[string]Fate, error) {
	found := map[string]Fate{}
	for _, m := range s.Made {
		for _, p := range m.Rejects {
			data, err := s.Read(ctx, m.Name, p)
			if err != nil {
				return nil, err
			}
			for i, line := range jsonl.Rows(data) {
				var r rejected
				if err := json.Unmarshal(line, &r); err != nil {
					return nil, fmt.Errorf("line %d of a part of rejects: %w", i, err)
				}
				if slices.Contains(ids, r.ID) {
					found[r.ID] = Fate{m.Name, r.State, r.Reason}
				}
			}
		}
	}
	return found, nil
}
