package offline

import (
	"math"
	"strings"
	"unicode"
)

// A move is a step of thought: the text between two cuts.
type move struct {
	text      string // without white space at its ends
	sentences []string
}

// An atom is the smallest piece that moves are made of: a sentence, or a block that is kept whole.
type atom struct {
	start, end int     // in the text
	words      int     // its size, at least 1
	pull       float64 // how well a cut before it would be placed; negative is badly
}

// The size of a move, in words: what is aimed at, and the reach within which a better place for a cut is looked for.
const (
	goodSize  = 65
	reach     = 260
	reachAtom = 48
)

// splitMoves cuts text into moves.
func splitMoves(text string) []move {
	atoms := splitAtoms(text)
	var out []move
	for _, cut := range bestCuts(atoms) {
		out = append(out, newMove(text, atoms[cut[0]:cut[1]]))
	}
	return out
}

func newMove(text string, atoms []atom) move {
	m := move{text: strings.TrimSpace(text[atoms[0].start:atoms[len(atoms)-1].end])}
	for _, a := range atoms {
		m.sentences = append(m.sentences, strings.TrimSpace(text[a.start:a.end]))
	}
	return m
}

// splitAtoms lists the atoms of text. Pieces without any letter, digit or sign are left to their neighbours.
func splitAtoms(text string) []atom {
	var out []atom
	at, before := 0, ""
	for _, b := range splitBlocks(text) {
		at += strings.Index(text[at:], b.text)
		pieces := []string{b.text}
		if !b.whole {
			pieces = splitSentences(b.text)
		}
		g := b.gap
		for _, p := range pieces {
			if strings.TrimSpace(p) != "" {
				out = append(out, atom{at, at + len(p), max(1, size(p)), pull(p, before, g)})
				g, before = gapSentence, p
			}
			at += len(p)
		}
	}
	return out
}

// pull judges a cut between two pieces of text.
func pull(piece, before string, g gap) float64 {
	p := [...]float64{gapSentence: -0.3, gapLine: 0.2, gapParagraph: 0.9}[g]
	piece, before = strings.TrimSpace(piece), strings.TrimRightFunc(before, unicode.IsSpace)
	p += turnPull(piece)
	switch {
	case strings.HasSuffix(before, ":"), strings.HasSuffix(before, "："):
		p -= 2.5
	case isDisplay(piece), isDisplay(before) && g != gapParagraph:
		p -= 1
	case isHeading(before):
		p -= 2
	}
	return p
}

// turnPull judges how strongly a piece of text announces a new step by its first words.
func turnPull(piece string) float64 {
	switch {
	case isHeading(piece):
		return 1.2
	case isItem(piece):
		return -0.5
	}
	return openingPull(piece)
}

// isHeading reports whether s is a Markdown heading, or a line in bold that ends there or in a colon.
func isHeading(s string) bool {
	if strings.HasPrefix(s, "#") {
		return true
	}
	return len(s) < 90 && strings.HasPrefix(s, "**") && strings.HasSuffix(strings.TrimRight(s, ":. "), "**")
}

// isItem reports whether s begins like an item of a list: "- ", "* ", "• ".
func isItem(s string) bool {
	return strings.HasPrefix(s, "- ") || strings.HasPrefix(s, "* ") || strings.HasPrefix(s, "• ")
}

// isDisplay reports whether s is a displayed equation, a fence or a table.
func isDisplay(s string) bool {
	for _, e := range enclosures {
		if strings.HasPrefix(s, e.open) {
			return true
		}
	}
	return strings.HasPrefix(s, "|")
}

// bestCuts groups the atoms into moves, given as [from, to) pairs, such that sizes near the aim and well placed cuts
// are best in sum: the total-fit line breaking of Knuth and Plass (Breaking Paragraphs into Lines, 1981), on words
// instead of widths.
func bestCuts(atoms []atom) [][2]int {
	cost := make([]float64, len(atoms)+1) // of the best grouping of the atoms before i
	from := make([]int, len(atoms)+1)     // where its last move begins
	for end := 1; end <= len(atoms); end++ {
		cost[end] = math.Inf(1)
		words := 0
		for i := end - 1; i >= 0 && (i == end-1 || words < reach && end-i <= reachAtom); i-- {
			words += atoms[i].words
			c := cost[i] + badness(words)
			if i > 0 {
				c -= atoms[i].pull
			}
			if c < cost[end] {
				cost[end], from[end] = c, i
			}
		}
	}
	var out [][2]int
	for end := len(atoms); end > 0; end = from[end] {
		out = append(out, [2]int{from[end], end})
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return out
}

// badness is what is wrong with a move of so many words: least at the aim, and as much at half as at twice of it.
func badness(words int) float64 {
	if words < len(badnesses) {
		return badnesses[words]
	}
	return badnessOf(words)
}

// badnesses holds the usual sizes, because logarithms would take most of the time of a rewrite.
var badnesses = func() (table [2 * reach]float64) {
	for words := range table {
		table[words] = badnessOf(words)
	}
	return table
}()

func badnessOf(words int) float64 {
	d := math.Log(float64(words) / goodSize)
	return 0.8 + 1.1*d*d
}
