package transform

import (
	"strings"
	"unicode"

	"sftrun.local/steps/think"
)

// wordsKept returns how many words an original has, and how many of these the exec sections of its reply still hold,
// each as often as it occurs in both: the parts of ROUGE-1 recall (Lin, ROUGE: A Package for Automatic Evaluation of
// Summaries, 2004, section 2). A word is a run of letters and digits, in lower case. The order of words does not count,
// which keeps the measure linear in the text, and so does nothing that the reply adds.
func wordsKept(original, reply string) (words, kept int) {
	there := map[string]int{}
	for _, s := range think.Sections(reply) {
		if s.Family == think.Exec {
			for _, word := range wordsOf(s.Text()) {
				there[word]++
			}
		}
	}
	all := wordsOf(original)
	for _, word := range all {
		if there[word] > 0 {
			there[word]--
			kept++
		}
	}
	return len(all), kept
}

func wordsOf(text string) []string {
	between := func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }
	return strings.FieldsFunc(strings.ToLower(text), between)
}

// wordsRange names the range that a share of kept words falls into.
func wordsRange(share float64) string {
	switch {
	case share >= 0.99:
		return "99–100 %"
	case share >= 0.95:
		return "95–99 %"
	case share >= 0.90:
		return "90–95 %"
	case share >= 0.75:
		return "75–90 %"
	}
	return "under 75 %"
}
