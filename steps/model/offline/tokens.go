package offline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// A token is a word, a number or a formula of a sentence, fit to stand in a steer unless it is strange.
type token struct {
	text   string
	lower  string
	kind   kind
	ends   bool // punctuation follows
	asks   bool // a question mark follows
	equals bool // "=" or ":" follows: what comes is its value
	first  bool // first of its sentence: its capital letter may mean nothing
}

type kind uint8

const (
	word kind = iota
	number
	formula
	strange // a formula that does not fit, markup, a sign: ends a phrase and never stands in a steer
)

// longestFormula is the most characters of a formula that still reads as one word.
const longestFormula = 16

// tokenize reads a sentence.
func tokenize(sentence string) []token {
	ts := make([]token, 0, len(sentence)/5+1)
	for at := 0; at < len(sentence); {
		field, n := nextField(sentence[at:])
		at += n
		if field != "" {
			ts = appendField(ts, field)
		}
	}
	ts = joinFormulas(ts)
	if len(ts) > 0 {
		ts[0].first = true
	}
	nameLetters(ts)
	return ts
}

// nameLetters tells the A of "jug A" and "A and B" from the article.
func nameLetters(ts []token) {
	for i := range ts {
		t := &ts[i]
		if t.text != "A" || t.first && (i+1 == len(ts) || !t.ends && ts[i+1].lower != "and" && !onlyVerb(ts[i+1].lower)) {
			continue
		}
		t.kind, t.lower = formula, t.text
	}
}

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

func newToken(core string) token {
	if len(core) > 1 && core[0] == '$' && allDigits(strings.Trim(strings.ReplaceAll(core[1:], ",", ""), ".")) {
		return token{text: core, lower: core, kind: number}
	}
	if isWord(core) {
		return token{text: core, lower: strings.ToLower(core)}
	}
	if plain, ok := plainMath(core); ok {
		k := formula
		if c := plain[0]; c >= '0' && c <= '9' && strings.Trim(plain, "0123456789.,:/%°") == "" {
			k = number
		}
		if isWord(plain) && utf8.RuneCountInString(plain) > 1 {
			k = word
		}
		return token{text: plain, lower: strings.ToLower(plain), kind: k}
	}
	return token{text: core, kind: strange}
}

// isWord reports whether s is letters, with hyphens and apostrophes inside.
func isWord(s string) bool {
	for i, r := range s {
		switch {
		case r < utf8.RuneSelf && (r|0x20 >= 'a' && r|0x20 <= 'z'):
		case (r == '-' || r == '\'' || r == '’') && i > 0:
		case r >= utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsMark(r)):
		default:
			return false
		}
	}
	return true
}

// joinFormulas makes one token of formulas that are written with spaces: "d = 990 / 45".
func joinFormulas(ts []token) []token {
	out := ts[:0]
	for i := 0; i < len(ts); {
		n := formulaLen(ts[i:])
		if n < 2 {
			out = appendLone(out, ts[i])
			i++
			continue
		}
		out = append(out, joined(ts[i:i+n]))
		i += n
	}
	return out
}

// appendLone adds a token; a sign between words is no token but says that its left side has a value.
func appendLone(ts []token, t token) []token {
	if !isOperator(t) || len(ts) == 0 {
		return append(ts, t)
	}
	last := &ts[len(ts)-1]
	last.ends, last.equals = true, t.text == "="
	return ts
}

// formulaLen counts the tokens of the formula that ts begins with: terms with operators between them.
func formulaLen(ts []token) int {
	if !isTerm(ts[0]) {
		return 1
	}
	n := 1
	for n < len(ts) && !ts[n-1].ends {
		switch {
		case n+1 < len(ts) && isOperator(ts[n]) && isTerm(ts[n+1]):
			n += 2
		case leansLeft(ts[n].text) || leansRight(ts[n-1].text) && isTerm(ts[n]):
			n++
		default:
			return n
		}
	}
	return n
}

func isOperator(t token) bool {
	return t.text != "" && strings.Trim(t.text, "=+-−–*×·/÷^≠≡≈≤≥<>|") == ""
}

func isTerm(t token) bool {
	return t.kind == number || t.kind == formula || t.kind == strange && !isOperator(t) ||
		t.kind == word && utf8.RuneCountInString(t.text) == 1
}

// leansLeft and leansRight report whether a token lacks its left or right side: "=120", "x+".
func leansLeft(s string) bool {
	return len(s) > 1 && strings.IndexByte("=+*/^", s[0]) >= 0
}

func leansRight(s string) bool {
	return len(s) > 1 && strings.IndexByte("=+*/^", s[len(s)-1]) >= 0
}

// joined makes one token of several. Where the formula is too long, its left side alone may do.
func joined(ts []token) token {
	var b strings.Builder
	for _, t := range ts {
		b.WriteString(t.text)
	}
	t := ts[len(ts)-1]
	t.text, t.kind = b.String(), strange
	left, _, isEquation := strings.Cut(t.text, "=")
	if plain, ok := plainMath(t.text); ok {
		t.text, t.kind = plain, formula
	} else if plain, ok := plainMath(left); ok && isEquation {
		t.text, t.kind, t.equals, t.ends = plain, formula, true, true
	}
	t.lower = t.text
	return t
}
