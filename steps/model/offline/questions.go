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
		return asking(skipTo(r.ts[3:]))
	case yesOrNo[first] && len(r.topic) > 0:
		return candidate{append(say("Question"), r.topic...), 3.6}
	}
	return none
}

var yesOrNo = set(`could would is are does do`)

// asking reads what "does that mean" is followed by.
func asking(ts []token) candidate {
	ts = append([]token(nil), ts...)
	ts[len(ts)-1].asks = false
	if words := statement(ts, longestSteer-2); len(words) > 0 {
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
	if ts[i].ends || len(ts) < i+3 {
		return none
	}
	return reported(ts[i].lower, ts[i+1:])
}

// reported reads what follows the verb of a report.
func reported(verb string, rest []token) candidate {
	v := verbForms[verb]
	switch {
	case (v == "ask" || verb == "about") && rest[0].lower == "how" && (rest[1].lower == "many" || rest[1].lower == "much"):
		return about("Restate goal: count", nounPhrase(rest[2:]), 7)
	case v == "ask" || v == "want":
		return about("Restate goal:", skipTo(rest), 6.5)
	case reporting[v]:
		return noting(skipTo(rest))
	case verb == "about":
		return about("Identify topic:", rest, 6)
	}
	return none
}

var reporting = set(`say state mention specify give`)

// noting reads what a task is reported to say.
func noting(ts []token) candidate {
	if words := statement(ts, longestSteer-1); len(words) > 0 {
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
