package offline

import "strings"

// nextField returns the next stretch without white space, and how many bytes it takes with the space before it. A
// formula in LaTeX's delimiters is one field.
func nextField(s string) (field string, n int) {
	start := 0
	for start < len(s) && s[start] <= ' ' {
		start++
	}
	end := start
	for end < len(s) && s[end] > ' ' {
		if s[end] == '\\' || s[end] == '$' {
			end += delimited(s[end:])
		}
		end++
	}
	return s[start:end], end
}

// delimited returns where a formula in LaTeX's delimiters ends that s begins with: its last byte, or 0.
func delimited(s string) int {
	var shut string
	switch {
	case strings.HasPrefix(s, `\(`):
		shut = `\)`
	case strings.HasPrefix(s, `\[`):
		shut = `\]`
	case s[0] == '$' && len(s) > 1 && s[1] > ' ':
		shut = "$"
	default:
		return 0
	}
	window := s[:min(len(s), 160)]
	n := strings.Index(window[len(shut):], shut)
	if n <= 0 || shut == "$" && proseInside(window[1:1+n]) {
		return 0
	}
	return n + 2*len(shut) - 1
}

// proseInside tells a price from a formula: "$5 and a coin for $1".
func proseInside(s string) bool {
	return strings.Count(s, " ") > 0 && !strings.ContainsAny(s, `\=^_+`)
}

const (
	openers  = "([{\"'“‘«*_`#•–—"
	enders   = ".,;:?!)]}\"'”’»*_`…–—"
	breakers = ".,;:?!)]\"”»…–—"
)

// appendField adds what a field holds, without the punctuation around it, which says where phrases end.
func appendField(ts []token, field string) []token {
	if t, ok := plainWord(field); ok {
		return append(ts, t)
	}
	if field == "*" && len(ts) > 0 {
		return append(ts, token{text: "×", kind: strange})
	}
	core := strings.TrimLeft(field, openers)
	if strings.ContainsAny(field[:len(field)-len(core)], "([\"“«–—•") {
		endPhrase(ts)
	}
	trimmed := strings.TrimRight(core, enders)
	tail := core[len(trimmed):]
	core, tail = rebalance(core, trimmed, tail)
	if core == "" || core == "-" {
		endPhrase(ts)
		return ts
	}
	t := newToken(core)
	t.ends = strings.ContainsAny(tail, breakers)
	t.asks = strings.Contains(tail, "?")
	t.equals = strings.Contains(tail, ":")
	return append(ts, t)
}

// plainWord reads the most usual field, letters with at most a comma or a stop behind them.
func plainWord(field string) (token, bool) {
	body := strings.TrimSuffix(strings.TrimSuffix(field, ","), ".")
	for i := range len(body) {
		if c := body[i] | 0x20; c < 'a' || c > 'z' {
			return token{}, false
		}
	}
	return token{text: body, lower: strings.ToLower(body), ends: len(body) < len(field)}, body != ""
}

// rebalance gives back what belongs to a formula: the bracket of "f(x)" and the "!" of "9!".
func rebalance(core, trimmed, tail string) (string, string) {
	if strings.HasPrefix(tail, ")") && strings.Count(trimmed, "(") > strings.Count(trimmed, ")") ||
		strings.HasPrefix(tail, "!") && allDigits(trimmed) {
		n := len(trimmed) + 1
		return core[:n], core[n:]
	}
	return trimmed, tail
}

func endPhrase(ts []token) {
	if len(ts) > 0 {
		ts[len(ts)-1].ends = true
	}
}

func allDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
