package steptest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"sftrun.local/steps"
)

func writesOneLineJSON(kind steps.Kind, _ Case, made Dataset) error {
	for n, a := range made.Actions {
		if err := oneLineObject("Config", string(a.Config)); err != nil {
			return fmt.Errorf("action %d: %w", n, err)
		}
		if a.Meta != nil && kind.Meta == "" {
			return fmt.Errorf("action %d has Meta, but the kind names no column for it", n)
		}
	}
	for n, r := range made.Rows {
		if err := oneLineObject("bytes", r.Bytes); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
		if r.Provenance == "" {
			continue
		}
		if err := oneLineObject("provenance", r.Provenance); err != nil {
			return fmt.Errorf("row %d: %w", n, err)
		}
	}
	return linesAreJSON(made)
}

func linesAreJSON(made Dataset) error {
	for stream, lines := range made.Lines {
		if stream == steps.RowsStream || stream == steps.RejectsStream {
			return fmt.Errorf("lines go to stream %q, which is not the action's own", stream)
		}
		for n, line := range lines {
			if !json.Valid([]byte(line)) || bytes.ContainsRune([]byte(line), '\n') {
				return fmt.Errorf("line %d of stream %q is not one line of JSON: %.80q", n, stream, line)
			}
		}
	}
	return nil
}

func oneLineObject(what, text string) error {
	b := []byte(text)
	if !json.Valid(b) || bytes.ContainsRune(b, '\n') || b[0] != '{' {
		return fmt.Errorf("%s is not a JSON object on one line: %.80q", what, text)
	}
	return nil
}

// endsEachRowOnce checks what Kind.EachRow promises: handed on, dropped or failed, each row of the inputs just once.
func endsEachRowOnce(kind steps.Kind, c Case, made Dataset) error {
	if !kind.EachRow {
		return nil
	}
	w, err := newWorld(kind, c)
	if err != nil {
		return err
	}
	ends := map[Origin]int{}
	for _, r := range made.Rows {
		ends[r.From]++
	}
	for _, r := range made.Rejects {
		ends[r.From]++
	}
	for input, parts := range w.inputs {
		for i, p := range parts {
			for row := range p.Rows {
				if at := (Origin{Input: input, Part: i, Row: row}); ends[at] != 1 {
					return fmt.Errorf("row %d of part %d of %q ended in %d states", row, i, input, ends[at])
				}
			}
		}
	}
	return nil
}

// keepsBound checks what a steps.Bounder tells of the case, and of the case with an unknown number of rows.
func keepsBound(kind steps.Kind, c Case, made Dataset) error {
	w, err := newWorld(kind, c)
	if err != nil {
		return err
	}
	step, err := kind.New(w.config)
	if err != nil {
		return err
	}
	b, ok := step.(steps.Bounder)
	if !ok {
		return nil
	}
	rows := 0
	for _, input := range c.Inputs {
		rows += len(input)
	}
	for _, in := range []int{rows, -1} {
		if most := b.MaxRows(in); most >= 0 && len(made.Rows) > most {
			return fmt.Errorf("%d rows came out, MaxRows(%d) is %d", len(made.Rows), in, most)
		}
	}
	return nil
}

// addsSameFields joins Meta and provenance as publication does. Rows that differ in their fields cannot be read as
// one table (load_dataset refuses them), so a field that a row has nothing for must be null in it.
func addsSameFields(kind steps.Kind, _ Case, made Dataset) error {
	var fields []string
	for n, a := range made.Actions {
		for _, r := range made.Each[n].Rows {
			row, err := addedFields(a.Meta, r.Provenance)
			if err != nil {
				return err
			}
			if fields == nil {
				fields = row
			}
			if !slices.Equal(fields, row) {
				return fmt.Errorf("%v in one row, %v in another", fields, row)
			}
		}
	}
	if kind.Meta == "" && len(fields) > 0 {
		return errors.New("rows have provenance, but the kind names no column for it (Meta)")
	}
	return nil
}

// addedFields names the fields that a row gets, sorted.
func addedFields(meta json.RawMessage, provenance string) ([]string, error) {
	all := map[string]json.RawMessage{}
	for _, object := range []string{string(meta), provenance} {
		if object == "" {
			continue
		}
		if err := json.Unmarshal([]byte(object), &all); err != nil {
			return nil, fmt.Errorf("what publication adds is not a JSON object: %.80q: %w", object, err)
		}
	}
	return append([]string{}, slices.Sorted(maps.Keys(all))...), nil
}
