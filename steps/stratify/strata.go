package stratify

import (
	"strconv"
	"strings"
)

const (
	unknown = "unknown" // stratum of rows that lack the field
	all     = "all"     // the one stratum there is if nothing divides the rows
)

// stratum names the stratum of a row: the values of the dividing fields, joined with " / ". Outside tells which value
// lies in no range, if one does.
func stratum(by []divider, row []byte) (name, outside string) {
	if len(by) == 0 {
		return all, ""
	}
	names := make([]string, len(by))
	for i, d := range by {
		text, known := value(row, d.Field)
		if !known {
			text = unknown
		}
		names[i] = text
		if d.Edges == nil {
			continue
		}
		if names[i] = d.span(text); names[i] == "" {
			return "", d.Field + ": " + text
		}
	}
	return strings.Join(names, " / "), ""
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
