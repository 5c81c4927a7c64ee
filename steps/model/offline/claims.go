package offline

// readQuestion reads questions.
func readQuestion(r reading) candidate {
	if len(r.whole) == 0 || !r.whole[len(r.whole)-1].asks || len(r.ts) < 2 {
		return none
	}
	first, second := r.ts[0].lower, r.ts[1].lower
	switch {
	case first == "how" && (second == "many" || second == "much"):
		return about("Count", nounPhrase(r.ts[2:]), 5)
	case first == "what" && (second == "is" || second == "are" || second == "was"):
		return about("Ask for", r.ts[2:], 4.5)
	case first == "why" && (second == "does" || second == "do" || second == "did"):
		return about("Ask why", r.ts[2:], 4)
	case (first == "is" || first == "are") && second == "there":
		return about("Look for", r.ts[2:], 4.5)
	case first == "does" && len(r.ts) > 4 && r.ts[2].lower == "mean":
		return r.asking(skipTo(r.ts[3:]))
	case first == "could" || first == "would" || first == "is" || first == "are" || first == "does" || first == "do":
		return candidate{append(say("Question"), r.topic...), 3.6}
	}
	return none
}

// asking reads what "does that mean" is followed by.
func (r reading) asking(ts []token) candidate {
	ts = append([]token(nil), ts...)
	ts[len(ts)-1].asks = false
	if words := r.statement(ts, longestSteer-2); len(words) > 0 {
		return candidate{append(say("Ask whether"), words...), 5}
	}
	return none
}

// about puts a verb before what fits of a clause.
func about(verb string, ts []token, score float64) candidate {
	v := say(verb)
	words, content := fit(ts, longestSteer-len(v))
	if content == 0 {
		return none
	}
	return candidate{append(v, words...), score}
}

// nounPhrase returns the beginning of ts up to its verb.
func nounPhrase(ts []token) []token {
	for i, t := range ts {
		if i > 0 && (auxiliaries[t.lower] || onlyVerb(t.lower) || t.lower == "are" || pronouns[t.lower]) {
			return ts[:i]
		}
	}
	return ts
}

// readReport reads what a task is said to be: "The question asks how many …", "The problem says that …".
func readReport(r reading) candidate {
	ts := r.ts
	if len(ts) > 0 && ts[0].lower == "the" {
		ts = ts[1:]
	}
	if len(ts) < 4 || !tasks[ts[0].lower] {
		return none
	}
	i := 1
	for i < 3 && (auxiliaries[ts[i].lower] || isFiller(ts[i].lower)) {
		i++
	}
	v := verbForms[ts[i].lower]
	rest := ts[i+1:]
	switch {
	case len(rest) < 2 || ts[i].ends:
		return none
	case v == "ask" && len(rest) > 2 && rest[0].lower == "how" && (rest[1].lower == "many" || rest[1].lower == "much"):
		return about("Restate goal: count", nounPhrase(rest[2:]), 7)
	case v == "ask" || v == "want":
		return about("Restate goal:", skipTo(rest), 6.5)
	case v == "say" || v == "state" || v == "mention" || v == "specify" || v == "give":
		return r.noting(skipTo(rest))
	case ts[i].lower == "about" && rest[0].lower == "how":
		return about("Restate goal: count", nounPhrase(rest[2:]), 6.5)
	case ts[i].lower == "about":
		return about("Identify topic:", rest, 6)
	}
	return none
}

// noting reads what a task is reported to say.
func (r reading) noting(ts []token) candidate {
	if words := r.statement(ts, longestSteer-1); len(words) > 0 {
		return candidate{append(say("Note"), words...), 5.5}
	}
	return none
}

var tasks = set(`question problem user puzzle riddle prompt statement task scenario query passage text`)

// skipTo drops the words that join a report to what is reported.
func skipTo(ts []token) []token {
	for len(ts) > 1 && (joining[ts[0].lower] || isFiller(ts[0].lower)) {
		ts = ts[1:]
	}
	return ts
}

var joining = set(`that for about me us to`)

// readResult reads "the answer is …" and, behind "so" or "therefore", other results.
func readResult(r reading) candidate {
	for i, t := range r.ts {
		if i > 4 || t.ends {
			return none
		}
		if t.lower != "is" && t.lower != "are" || i == 0 || i+1 >= len(r.ts) {
			continue
		}
		if r.ts[i-1].lower == "answer" {
			return about("Answer", r.ts[i+1:], 6)
		}
	}
	return none
}

// readEquation reads "Total time = …", and formulas.
func readEquation(r reading) candidate {
	for i, t := range r.ts {
		if i > 6 {
			break
		}
		if t.equals && t.kind == word && r.ts[0].kind == word && i < 4 && i+1 < len(r.ts) && isContent(t) && r.ts[i+1].kind != word && !hasVerb(r.ts[:i+1]) {
			return about("Compute", r.ts[:i+1], 4)
		}
		if t.kind == formula && containsEquation(t.text) {
			return candidate{append(say(equationVerb(t.text)), t), 3.8}
		}
	}
	return none
}

func containsEquation(s string) bool {
	for i, r := range s {
		if r == '=' && i > 0 {
			return true
		}
	}
	return false
}

func equationVerb(s string) string {
	for _, r := range s {
		if r|0x20 >= 'a' && r|0x20 <= 'z' {
			return "Use"
		}
	}
	return "Compute"
}

// readClaim reads a plain statement.
func readClaim(r reading) candidate {
	if len(r.ts) == 0 || selves[r.ts[0].lower] || supposing[r.ts[0].lower] {
		return none
	}
	v := say(claimVerbs[r.purpose])
	words := r.statement(r.ts, longestSteer-len(v))
	if len(words) == 0 {
		return none
	}
	return candidate{append(v, words...), 3.7}
}

// statement returns the first clause of ts if it says something by itself in at most room words: subject, verb and
// what follows, cut nowhere but before a place, a time or a further clause.
func (r reading) statement(ts []token, room int) []token {
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

// readCase reads "Case 2: …", "Step 3: …", "Option B".
func readCase(r reading) candidate {
	ts := r.whole
	if len(ts) < 2 || !labels[ts[0].lower] || ts[0].ends || !isLabel(ts[1]) {
		return none
	}
	verb := caseVerbs[ts[0].lower]
	name := token{text: ts[1].text, lower: ts[1].lower, kind: formula}
	label := append(say(verb), token{text: ts[0].lower, lower: ts[0].lower}, name)
	words, content := fit(ts[2:], longestSteer-len(label))
	if content > 0 && ts[1].ends {
		label[len(label)-1].text += ":"
		label = append(label, words...)
	}
	return candidate{label, 6}
}

var (
	labels    = set(`case option scenario method statement choice possibility approach`)
	caseVerbs = map[string]string{
		"case": "Work", "option": "Weigh", "scenario": "Play", "method": "Try", "statement": "Judge", "choice": "Weigh",
		"possibility": "Explore", "approach": "Try",
	}
)

// isLabel reports whether t numbers a case: "2", "B", "II".
func isLabel(t token) bool {
	return t.kind == number || t.kind != strange && len(t.text) <= 3 && t.text != t.lower
}

// readOption reads the letter of an answer: "B. The cell divides".
func readOption(r reading) candidate {
	ts := r.whole
	if len(ts) < 2 || !ts[0].ends || len(ts[0].text) != 1 || !isLabel(ts[0]) || ts[0].kind == number {
		return none
	}
	label := append(say("Weigh option"), token{text: ts[0].text, lower: ts[0].lower, kind: formula})
	words, content := fit(ts[1:], longestSteer-len(label))
	if content == 0 || len(words) == 0 {
		words = r.topic
	}
	if len(words) > 0 {
		label[2].text += ":"
	}
	return candidate{append(label, words...), 6}
}

// withoutLabel drops "1.", "B." and "Step 3:" before a sentence.
func withoutLabel(ts []token) []token {
	for len(ts) > 1 {
		switch {
		case ts[0].ends && len(ts[0].text) <= 3 && isLabel(ts[0]):
			ts = ts[1:]
		case ts[0].lower == "step" && ts[1].kind == number && len(ts) > 2:
			ts = ts[2:]
		default:
			return ts
		}
	}
	return ts
}
