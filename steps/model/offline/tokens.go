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
