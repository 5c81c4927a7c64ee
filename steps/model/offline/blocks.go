package offline

import "strings"

// A block is a stretch of text that is cut further only at the ends of its sentences, or not at all: a line, or
// lines that belong together.
type block struct {
	text  string
	gap   gap
	whole bool // a fence, a displayed equation or a table: never cut
}

// A gap is how far a stretch of text stands apart from the one before.
type gap uint8

const (
	gapSentence gap = iota
	gapLine
	gapParagraph
)

// splitBlocks cuts text into blocks. A text without line ends is taken to mark its paragraphs with two spaces, as
// traces do whose line ends were lost.
func splitBlocks(text string) []block {
	if !strings.Contains(strings.TrimSpace(text), "\n") {
		return spacedBlocks(text)
	}
	s := blockScanner{lines: strings.SplitAfter(text, "\n"), gap: gapParagraph}
	for s.at < len(s.lines) {
		s.next()
	}
	return s.blocks
}

func spacedBlocks(text string) []block {
	var out []block
	for part := range strings.SplitSeq(text, "  ") {
		if strings.TrimSpace(part) != "" {
			out = append(out, block{text: part, gap: gapParagraph})
		}
	}
	return out
}

type blockScanner struct {
	lines  []string
	at     int
	gap    gap // before the next block
	blocks []block
	unshut map[string]bool // closing marks that do not occur any more: not looked for again
}

func (s *blockScanner) next() {
	line := strings.TrimSpace(s.lines[s.at])
	if line == "" {
		s.gap = gapParagraph
		s.at++
		return
	}
	n := s.together(line)
	s.blocks = append(s.blocks, block{
		text:  strings.Join(s.lines[s.at:s.at+n], ""),
		gap:   s.gap,
		whole: n > 1,
	})
	s.at += n
	s.gap = gapLine
}

// together returns how many lines from here belong together, given the first.
func (s *blockScanner) together(line string) int {
	if line[0] == '|' {
		return s.tableLines()
	}
	for _, e := range enclosures {
		if strings.HasPrefix(line, e.open) && !strings.Contains(line[len(e.open):], e.shut) {
			return s.linesTo(e.shut)
		}
	}
	return 1
}

// enclosures are the marks at the beginning of a line that open something to be kept whole, and those that shut it.
var enclosures = []struct{ open, shut string }{
	{"```", "```"},
	{"~~~", "~~~"},
	{`\[`, `\]`},
	{"$$", "$$"},
	{`\begin{`, `\end{`},
}

func (s *blockScanner) tableLines() int {
	n := 1
	for s.at+n < len(s.lines) && strings.HasPrefix(strings.TrimSpace(s.lines[s.at+n]), "|") {
		n++
	}
	return n
}

// linesTo counts the lines up to the one with the closing mark; 1 if it never comes.
func (s *blockScanner) linesTo(shut string) int {
	if s.unshut[shut] {
		return 1
	}
	for n := 1; s.at+n < len(s.lines); n++ {
		if strings.Contains(s.lines[s.at+n], shut) {
			return n + 1
		}
	}
	if s.unshut == nil {
		s.unshut = map[string]bool{}
	}
	s.unshut[shut] = true
	return 1
}
