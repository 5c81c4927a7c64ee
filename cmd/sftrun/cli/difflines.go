package cli

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/steps/jsonl"
)

// exampleSections show some of the rows that differ.
func exampleSections(list *diffRowList) []section {
	var b strings.Builder
	for i, row := range list.Changed {
		if i > 0 {
			b.WriteString("\n")
		}
		b.WriteString(changedText(row))
	}
	all := []section{{title: shown(len(list.Changed), list.Counts.Changed, "changed", list.Step), block: b.String()}}
	for _, side := range []struct {
		rows       []loneRow
		of         int
		who, other string
	}{{list.OnlyA, list.Counts.OnlyA, "A", "B"}, {list.OnlyB, list.Counts.OnlyB, "B", "A"}} {
		s := section{title: shown(len(side.rows), side.of, "only in "+side.who, list.Step)}
		for _, row := range side.rows {
			s.lines = append(s.lines, oneLine(row.ID)+"   "+row.elsewhere(side.other))
		}
		all = append(all, s)
	}
	return all
}

// elsewhere says what became of a row on the other side.
func (r loneRow) elsewhere(other string) string {
	if r.Elsewhere == nil {
		return "(not among the rejects of " + other + ")"
	}
	return fmt.Sprintf("(%s: %s by %s, %s)", other, r.Elsewhere.State, r.Elsewhere.Step, r.Elsewhere.Reason)
}

// shown is a title: "validate: rows changed (3 of 120, more: -n)".
func shown(n, of int, what, step string) string {
	if n == of {
		return fmt.Sprintf("%s: rows %s", step, what)
	}
	return fmt.Sprintf("%s: rows %s (%s of %s, more: -n)", step, what, figures.Count(n), figures.Count(of))
}

// changedText shows what differs in a row: messages and fields, A above B.
func changedText(row changedRow) string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n", oneLine(row.ID))
	before, errA := jsonl.Messages(row.A)
	after, errB := jsonl.Messages(row.B)
	for i := range max(len(before), len(after)) {
		if errA == nil && errB == nil {
			writeDifference(&b, oneLine(roleOf(before, after, i)), contentOf(before, i), contentOf(after, i))
		}
	}
	names := otherFields(row.A)
	for _, name := range otherFields(row.B) {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	for _, name := range names {
		ofA, _ := jsonl.Field(row.A, name)
		ofB, _ := jsonl.Field(row.B, name)
		if !bytes.Equal(ofA, ofB) {
			writeDifference(&b, oneLine(name), string(ofA), string(ofB))
		}
	}
	return b.String()
}

func roleOf(a, b []jsonl.Message, i int) string {
	if i < len(a) {
		return a[i].Role
	}
	return b[i].Role
}

func contentOf(messages []jsonl.Message, i int) string {
	if i < len(messages) {
		return messages[i].Content
	}
	return ""
}

// writeDifference writes two texts above each other, from shortly before the place where they part.
func writeDifference(b *strings.Builder, name, before, after string) {
	if before == after {
		return
	}
	old, now := spaced(before), spaced(after)
	if slices.Equal(old, now) { // they differ in white space alone, which is then shown
		old, now = []rune(strconv.Quote(before)), []rune(strconv.Quote(after))
	}
	part := 0
	for part < len(old) && part < len(now) && old[part] == now[part] {
		part++
	}
	from := max(0, part-widthOfRow/3)
	fmt.Fprintf(b, "  %-18s A  %s\n", name, excerpt(old, from))
	fmt.Fprintf(b, "  %-18s B  %s\n", "", excerpt(now, from))
}

// spaced is a text on one line, of what a terminal shows rather than obeys.
func spaced(text string) []rune {
	return []rune(strings.Map(printable, strings.Join(strings.Fields(text), " ")))
}

// excerpt is a line of a text from a place on.
func excerpt(text []rune, from int) string {
	if len(text) == 0 {
		return "(nothing)"
	}
	from = min(from, len(text))
	line := string(text[from:min(len(text), from+widthOfRow)])
	if from > 0 {
		line = "…" + line
	}
	if from+widthOfRow < len(text) {
		line += "…"
	}
	return line
}
