package cli

import (
	"fmt"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
)

// A section is a piece of the report of a comparison: a title, then a table or lines. Text and Markdown show the same.
type section struct {
	title string
	table [][]string // the first row names the columns
	left  []int      // columns beside the first that are aligned to the left
	lines []string
	block string // lines to be shown as they are
}

// diffText is the report for the terminal.
func diffText(r *diffReport, verbose bool) string {
	if line := nothingDiffers(r); line != "" {
		return line + "\n"
	}
	var b strings.Builder
	fmt.Fprintf(&b, "A   %s\nB   %s\n", r.A.title(), r.B.title())
	for _, s := range sectionsOf(r, verbose) {
		fmt.Fprintf(&b, "\n%s\n", s.title)
		for _, line := range s.lines {
			b.WriteString("  " + line + "\n")
		}
		if len(s.table) > 0 {
			b.WriteString(figures.Table(s.table, s.left...))
		}
		if s.block != "" {
			b.WriteString(indented(s.block, "  "))
		}
	}
	return b.String()
}

func indented(text, by string) string {
	lines := strings.Split(strings.TrimRight(text, "\n"), "\n")
	for i, line := range lines {
		lines[i] = strings.TrimRight(by+line, " ")
	}
	return strings.Join(lines, "\n") + "\n"
}

// markdown is the report for a pull request.
func markdown(r *diffReport, verbose bool) string {
	var b strings.Builder
	fmt.Fprintf(&b, "## %s → %s\n\n", r.A.Name, r.B.Name)
	if line := nothingDiffers(r); line != "" {
		return b.String() + markdownText(line) + "\n"
	}
	fmt.Fprintf(&b, "- A: %s\n- B: %s\n", markdownText(r.A.title()), markdownText(r.B.title()))
	for _, s := range sectionsOf(r, verbose) {
		fmt.Fprintf(&b, "\n### %s\n\n", markdownText(s.title))
		for _, line := range s.lines {
			b.WriteString("- " + markdownText(line) + "\n")
		}
		b.WriteString(markdownTable(s.table, s.left))
		if s.block != "" {
			fence := strings.Repeat("`", longestTicks(s.block)+3)
			b.WriteString(fence + "\n" + strings.TrimRight(s.block, "\n") + "\n" + fence + "\n")
		}
	}
	return b.String()
}

// markdownTable writes a table of GitHub's Markdown.
func markdownTable(rows [][]string, left []int) string {
	if len(rows) == 0 {
		return ""
	}
	align := make([]string, len(rows[0]))
	for i := range align {
		align[i] = "--:"
	}
	for _, i := range append([]int{0}, left...) {
		align[i] = ":--"
	}
	var b strings.Builder
	for i, cells := range rows {
		for _, cell := range cells {
			b.WriteString("| " + markdownText(cell) + " ")
		}
		b.WriteString("|\n")
		if i == 0 {
			b.WriteString("|" + strings.Join(align, "|") + "|\n")
		}
	}
	return b.String()
}

// markdownText writes a text so that Markdown shows it as it is.
func markdownText(text string) string {
	return strings.NewReplacer("\\", "\\\\", "|", "\\|", "`", "\\`", "*", "\\*", "_", "\\_", "[", "\\[", "<", "&lt;", "&", "&amp;", "~", "\\~").Replace(text)
}

// longestTicks is the length of the longest run of backticks.
func longestTicks(text string) int {
	longest, n := 0, 0
	for _, r := range text {
		if n++; r != '`' {
			n = 0
		}
		longest = max(longest, n)
	}
	return longest
}

// nothingDiffers says in a line that both sides are the same, "" if anything differs.
func nothingDiffers(r *diffReport) string {
	alike := r.A.Name + " and " + r.B.Name
	switch {
	case !r.Config.empty() || len(r.A.Remarks)+len(r.B.Remarks) > 0:
		return ""
	case r.Steps == nil:
		return alike + " have the same pipeline."
	case !r.Same:
		return ""
	}
	return alike + " are " + sameRows(r) + "."
}
