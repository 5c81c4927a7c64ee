package figures

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Table writes rows of cells as aligned lines, each indented by two blanks, with three between the columns. The first
// column and those whose number is in left are aligned to the left, all others to the right.
func Table(rows [][]string, left ...int) string {
	widths := columnWidths(rows)
	var b strings.Builder
	for _, cells := range rows {
		line := " "
		for i, cell := range cells {
			gap := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 || slices.Contains(left, i) {
				line += " " + cell + gap + "  "
			} else {
				line += " " + gap + cell + "  "
			}
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

func columnWidths(rows [][]string) []int {
	var widths []int
	for _, cells := range rows {
		for i, cell := range cells {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	return widths
}
