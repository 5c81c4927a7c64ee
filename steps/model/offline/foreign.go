package offline

import "unicode/utf8"

// foreign reports whether sentences are in a language whose words the tables do not know: hardly any function word
// of English among their first words.
func foreign(sentences [][]token) bool {
	words, known := 0, 0
	for _, ts := range sentences {
		for _, t := range ts {
			if t.kind != word || utf8.RuneCountInString(t.text) < 2 {
				continue
			}
			words++
			if functionWords[t.lower] || verbForms[t.lower] != "" {
				known++
			}
			if 12*known > enoughWords {
				return false
			}
		}
	}
	return words >= 8 && 12*known < words
}

// enoughWords is how many words show the language of a move.
const enoughWords = 60

// foreignSteer quotes the longest words of the first sentences in their order: the little that can be said without
// knowing the language.
func (o *outline) foreignSteer(sentences [][]token) string {
	var best []token
	most := 0
	for _, ts := range sentences[:min(2, len(sentences))] {
		for i := range ts {
			words := clause(ts[i:])
			words = words[:min(longestTopic+1, len(words))]
			if n := letters(words) / (1 + 2*o.topics[key(words)]); n > most {
				best, most = words, n
			}
		}
	}
	if len(best) == 0 {
		return "…"
	}
	o.topics[key(best)]++
	return o.spell(best)
}

// letters counts the letters of the words that are long enough to have content.
func letters(ts []token) int {
	n := 0
	for _, t := range ts {
		if l := utf8.RuneCountInString(t.text); t.kind == word && l > 3 {
			n += l
		}
	}
	return n
}
