package offline

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
