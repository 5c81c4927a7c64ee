package jsonl

import (
	"bytes"
	"iter"
	"slices"
)

// Rows iterates over the rows of a stored part, which holds one valid object a line, each line ended by "\n". It
// yields the row's number, from 0, and its bytes without the line end, which are part of part.
func Rows(part []byte) iter.Seq2[int, []byte] {
	return func(yield func(int, []byte) bool) {
		for i := 0; len(part) > 0; i++ {
			row, rest, _ := bytes.Cut(part, []byte{'\n'})
			if !yield(i, row[:len(row):len(row)]) {
				return
			}
			part = rest
		}
	}
}

// Field returns the raw JSON value of a top-level field, as part of row.
func Field(row []byte, name string) (value []byte, ok bool) {
	at, _, ok := find(row, name)
	if !ok || at == (span{}) {
		return nil, false
	}
	return row[at.start:at.end:at.end], true
}

// String returns a top-level field that is a string, decoded. Ok is false if it is absent or not a string.
func String(row []byte, name string) (s string, ok bool) {
	value, _ := Field(row, name)
	return Text(value)
}

// SourceField is the field that says where a row comes from, and UnknownSource what counts where it says nothing.
const (
	SourceField   = "dataset_source"
	UnknownSource = "unknown"
)

// Source returns where a row comes from: its SourceField, or UnknownSource if that is absent, empty or no string.
func Source(row []byte) string {
	if source, _ := String(row, SourceField); source != "" {
		return source
	}
	return UnknownSource
}

// Names returns the names of a row's top-level fields in their order, each once.
func Names(row []byte) []string {
	var names []string
	seen := map[string]bool{}
	s := scanner{data: row, known: true}
	s.space()
	s.object(func(key []byte, _, _ int) {
		if name := decode(key); !seen[name] {
			seen[name] = true
			names = append(names, name)
		}
	})
	return names
}

// Set returns a copy of the row in which a top-level field has the JSON value given: replaced where it stands, or
// appended as the last one. All other bytes are as they were. What is not an object is returned unchanged.
func Set(row []byte, name string, value []byte) []byte {
	at, last, ok := find(row, name)
	if !ok {
		return bytes.Clone(row)
	}
	if at != (span{}) {
		return slices.Concat(row[:at.start], value, row[at.end:])
	}
	field := make([]byte, 0, len(name)+len(value)+4)
	if last > 0 {
		field = append(field, ',')
	} else {
		last = bytes.IndexByte(row, '{') + 1
	}
	field = append(AppendString(field, name), ':')
	return slices.Concat(row[:last], field, value, row[last:])
}

// A span is a place in a row. Its zero value means nowhere, as no value starts where the row does.
type span struct{ start, end int }

// find returns where the value of a top-level field stands, and where the last field of all ends (0 if there is
// none). Ok is false if row is not an object.
func find(row []byte, name string) (at span, last int, ok bool) {
	s := scanner{data: row, known: true}
	s.space()
	ok = s.object(func(key []byte, start, end int) {
		last = end
		if isKey(key, name) {
			at = span{start, end}
		}
	})
	return at, last, ok
}

// isKey reports whether a raw key spells name.
func isKey(raw []byte, name string) bool {
	if bytes.IndexByte(raw, '\\') < 0 {
		return string(raw) == name
	}
	return decode(raw) == name
}
