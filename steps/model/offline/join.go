package offline

import (
	"strings"
	"unicode/utf8"
)

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
