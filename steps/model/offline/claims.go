package offline

import (
	"strings"
	"unicode"
)

// readResult reads "the answer is …".
func readResult(r reading) candidate {
	for i, t := range r.ts {
		if i > 4 || t.ends {
			return none
		}
		if t.lower != "is" && t.lower != "are" || i == 0 || i+1 >= len(r.ts) {
			continue
		}
		if result := skipFillers(r.ts[i+1:]); r.ts[i-1].lower == "answer" && isThing(result[0]) {
			return about("Answer", result, 6)
		}
	}
	return none
}

// isThing tells an answer from what is said about it: "the answer is simpler".
func isThing(t token) bool {
	return articles[t.lower] || t.kind == number || t.kind == formula || t.text != t.lower
}

// readEquation reads "Total time = …", and formulas.
func readEquation(r reading) candidate {
	for i, t := range r.ts {
		if i > 6 {
			break
		}
		if i < 4 && i+1 < len(r.ts) && namesValue(r.ts[:i+1]) && r.ts[i+1].kind != word {
			return about("Compute", r.ts[:i+1], 4)
		}
		if t.kind == formula && containsEquation(t.text) {
			return candidate{append(say(equationVerb(t.text)), t), 3.8}
		}
	}
	return none
}

// namesValue reports whether ts is the name of a value that follows: "Total time =".
func namesValue(ts []token) bool {
	last := ts[len(ts)-1]
	return last.equals && last.kind == word && isContent(last) && ts[0].kind == word && !hasVerb(ts)
}

func containsEquation(s string) bool {
	return strings.IndexByte(s, '=') > 0
}

// equationVerb tells an equation with unknowns from a sum.
func equationVerb(s string) string {
	if strings.ContainsFunc(s, unicode.IsLetter) {
		return "Use"
	}
	return "Compute"
}

// readClaim reads a plain statement.
func readClaim(r reading) candidate {
	if len(r.ts) == 0 || selves[r.ts[0].lower] || supposing[r.ts[0].lower] {
		return none
	}
	v := say(claimVerbs[r.purpose])
	words := statement(r.ts, longestSteer-len(v))
	if len(words) == 0 {
		return none
	}
	return candidate{append(v, words...), 3.7}
}

// statement returns the first clause of ts if it says something by itself in at most room words: subject, verb and
// what follows, cut nowhere but before a place, a time or a further clause.
func statement(ts []token, room int) []token {
	ts = clause(ts)
	if len(ts) < 3 || !beginsStatement(ts) || ts[len(ts)-1].asks || !hasVerb(ts[1:]) {
		return nil
	}
	for _, d := range drops {
		kept := without(ts, d)
		n := phraseEnd(kept, room)
		if n < 3 || !hasVerb(kept[1:n-1]) {
			continue
		}
		if n == len(kept) || goesOn[kept[n].lower] {
			return kept[:n]
		}
	}
	return nil
}

// goesOn holds the words before which a statement may be cut.
var goesOn = set(`and or if when as in on at for during after before until by without`)

func beginsStatement(ts []token) bool {
	first := ts[0].lower
	if pronouns[first] || tasks[first] || tasks[ts[1].lower] && articles[first] || auxiliaries[first] {
		return false
	}
	return articles[first] || statementWords[first] || !isFunction(first) && !onlyVerb(first)
}

var statementWords = set(`i we you each every all both only some any no everyone nobody one another`)

func hasVerb(ts []token) bool {
	for _, t := range ts {
		if auxiliaries[t.lower] || onlyVerb(t.lower) {
			return true
		}
	}
	return false
}

// claimVerbs put a statement as what the thinker does with it.
var claimVerbs = [purposes]string{
	plain: "Note", doubt: "Recheck:", otherWay: "Consider", object: "Note", infer: "Conclude", begin: "Note", goOn: "Note",
	supposeSo: "Suppose", illustrate: "Say", wonder: "Consider", conclude: "Conclude",
}
