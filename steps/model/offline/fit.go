package offline

import "strings"

// longestSteer is the most words of a steer.
const longestSteer = 6

// fit shortens a clause to a phrase of at most room words that ends where a phrase ends, dropping fillers and articles
// where that saves more of the content. It returns the phrase and how much content is in it; no words if nothing
// reads well.
func fit(ts []token, room int) ([]token, int) {
	ts = clause(ts)
	var best []token
	most := 0
	for _, d := range drops {
		kept := without(ts, d)
		kept = kept[:phraseEnd(kept, room)]
		if n := contents(kept); n > most {
			best, most = kept, n
		}
	}
	return best, most
}

// A drop is what a phrase goes without to become shorter.
type drop uint8

const (
	dropNothing drop = iota
	dropFillers
	dropArticles // and fillers
)

var drops = []drop{dropNothing, dropFillers, dropArticles}

// clause returns ts up to the first punctuation, strange token or subordinate clause.
func clause(ts []token) []token {
	for i, t := range ts {
		if t.kind == strange || i > 0 && (subordinators[t.lower] || stepByStep(ts[i:])) {
			return ts[:i]
		}
		if t.ends {
			return ts[:i+1]
		}
	}
	return ts
}

func stepByStep(ts []token) bool {
	return len(ts) > 1 && ts[0].lower == "step" && ts[1].lower == "by"
}

func without(ts []token, d drop) []token {
	if d == dropNothing {
		return ts
	}
	out := make([]token, 0, len(ts))
	for i, t := range ts {
		atEnd := i == len(ts)-1
		switch {
		case atEnd && particles[t.lower]:
		case isFiller(t.lower):
			continue
		case d == dropArticles && articles[t.lower] && !atEnd && !isFunction(ts[i+1].lower):
			continue
		}
		out = append(out, t)
	}
	return out
}

// phraseEnd returns the length of the longest beginning of ts that has at most room words and ends well.
func phraseEnd(ts []token, room int) int {
	for n := min(room, len(ts)); n > 0; n-- {
		if !endsWell(ts[n-1]) || n < len(ts) && (halfClause(ts[:n]) || n > 1 && degrees[ts[n-2].lower]) {
			continue
		}
		if n < len(ts) && ts[n-1].kind != word && ts[n].lower == "and" {
			continue
		}
		if n == len(ts) || isFunction(ts[n].lower) || onlyVerb(ts[n].lower) {
			return n
		}
	}
	return 0
}

// halfClause reports whether a phrase ends within a clause that has no verb yet: "check if the sum".
func halfClause(ts []token) bool {
	for i := len(ts) - 1; i > 0; i-- {
		if conjunctions[ts[i].lower] {
			return !hasVerb(ts[i+1:])
		}
	}
	return false
}

var conjunctions = set(`that if whether when`)

// endsWell reports whether a phrase may end with t: no function word, no verb that lacks its object.
func endsWell(t token) bool {
	if particles[t.lower] {
		return true
	}
	return !isFunction(t.lower) && !(t.kind == word && plainVerbs[verbForms[t.lower]] && t.lower != "given" && !strings.HasSuffix(t.lower, "ed"))
}

// onlyVerb reports whether a word is a form of a verb that is not read as a noun or a participle before a noun.
func onlyVerb(lower string) bool {
	v, ok := verbForms[lower]
	return ok && !nounVerbs[lower] && !strings.HasSuffix(lower, "ing") && (!nounVerbs[v] || strings.HasSuffix(lower, "ed"))
}

// contents weighs the words of a phrase: 2 for each that has content, 1 for each weak one.
func contents(ts []token) int {
	n := 0
	for _, t := range ts {
		switch {
		case isContent(t):
			n += 2
		case weakWords[t.lower] && !isFunction(t.lower):
			n++
		}
	}
	return n
}

func isContent(t token) bool {
	return t.kind == number || t.kind == formula || t.kind == word && !isFunction(t.lower) && !weakWords[t.lower]
}

// spell writes a steer.
func (o *outline) spell(ts []token) string {
	var b strings.Builder
	for i, t := range ts {
		text := t.text
		if t.kind == word && !isName(t) && (t.first && o.common(t) || shouts(text) || functionWords[t.lower]) {
			text = t.lower
		}
		if i == 0 {
			text = capital(text)
		} else {
			b.WriteByte(' ')
		}
		b.WriteString(text)
	}
	return b.String()
}

// isName reports whether a capital letter stays: that of "I", of "I'm" and of "option B".
func isName(t token) bool {
	return len(t.text) == 1 && !t.first || t.text == "I" || strings.HasPrefix(t.text, "I'") || strings.HasPrefix(t.text, "I’")
}

// shouts reports whether a word is long and all capitals, as words of headings are.
func shouts(s string) bool {
	return len(s) > 5 && s == strings.ToUpper(s)
}

// common reports whether the capital of a word that begins a sentence belongs to the sentence.
func (o *outline) common(t token) bool {
	return o.met[t.lower].lowerCase || functionWords[t.lower] || verbForms[t.lower] != "" || weakWords[t.lower]
}
