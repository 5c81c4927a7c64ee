package transform

import (
	"math"
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

// share is the share of a row's words that were kept, to four digits; 1 if there were none.
func (n *notes) share() float64 {
	if n.words == 0 {
		return 1
	}
	return math.Round(float64(n.kept)/float64(n.words)*1e4) / 1e4
}

// count adds a row to the figures of the step's report.
func (w *writer) count(n notes) {
	w.out.Count("think blocks", "left blank", n.blank)
	w.out.Count("think blocks", "rewritten", n.rewritten)
	if n.rewritten == 0 {
		w.out.Count("rows", "nothing to rewrite", 1)
		return
	}
	w.out.Count("rows", "rewritten", 1)
	w.out.Count("words kept", wordsRange(n.share()), 1)
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
