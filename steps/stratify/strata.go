package stratify

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"

	"sftrun.local/steps/jsonl"
)

const (
	all       = "all" // the one stratum there is if nothing divides the rows
	separator = " / " // between the values of several fields
)

// fieldsOf returns the raw values of the dividing fields in a row; nil where it has no such field.
func fieldsOf(by []divider, row []byte) [][]byte {
	values := make([][]byte, len(by))
	for i, d := range by {
		values[i], _ = jsonl.Field(row, d.Field)
	}
	return values
}

// stratum names the stratum of a row by the values of its dividing fields. Outside tells which value lies in no range,
// if one does. Different lists of values have different names.
func stratum(by []divider, values [][]byte) (name, outside string) {
	if len(by) == 0 {
		return all, ""
	}
	names := make([]string, len(by))
	for i, d := range by {
		names[i] = d.text(values[i])
		if d.Edges == nil {
			continue
		}
		text := names[i]
		if names[i] = d.span(text); names[i] == "" {
			return "", d.Field + ": " + text
		}
	}
	return join(names), ""
}

// text is what a value is called: a string as it is, all else as compact JSON, and what is absent, null or empty as
// "unknown". A source that is no string is unknown too, as it is everywhere.
func (d divider) text(value []byte) string {
	s, isString := jsonl.Text(value)
	switch {
	case s != "":
		return s
	case isString || len(value) == 0 || string(value) == "null" || d.Field == jsonl.SourceField:
		return jsonl.UnknownSource
	}
	return compact(value)
}

// compact removes the spaces from JSON, so that values that differ in nothing else are alike.
func compact(value []byte) string {
	var text bytes.Buffer
	if err := json.Compact(&text, value); err != nil {
		return string(value)
	}
	return text.String()
}

// join names a stratum by the names of several values. Those that could be taken for two, or for a quoted one, are
// quoted; so what a name was joined of can always be told.
func join(names []string) string {
	if len(names) == 1 {
		return names[0]
	}
	for i, name := range names {
		if strings.HasPrefix(name, `"`) || strings.Contains(" "+name+" ", separator) && name != "/" || strings.TrimSpace(name) != name {
			names[i] = strconv.Quote(name)
		}
	}
	return strings.Join(names, separator)
}

// span names the range that a number lies in, "1000–4000", or returns "" if there is none or it is not a number. A
// range holds its lower end and not its upper one, but the last range holds both.
func (d divider) span(text string) string {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return ""
	}
	last := len(d.Edges) - 1
	for i, high := range d.Edges[1:] {
		if low := d.Edges[i]; n >= low && (n < high || n == high && i+1 == last) {
			return number(low) + "–" + number(high)
		}
	}
	return ""
}
