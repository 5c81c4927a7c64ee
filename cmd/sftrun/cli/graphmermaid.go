package cli

import (
	"fmt"
	"slices"
	"strings"

	"sftrun.local/schema"
	"sftrun.local/steps"
)

// mermaidOf writes the steps as a flowchart (mermaid.js.org/syntax/flowchart.html).
func mermaidOf(all []schema.Step) string {
	var b strings.Builder
	b.WriteString("flowchart TD\n")
	for i, s := range all {
		label := []string{"<b>" + mermaidText(s.Name) + "</b>", mermaidText(s.Kind)}
		if s.Publish != "" {
			label = append(label, "→ "+mermaidText(s.Publish))
		}
		fmt.Fprintf(&b, "  s%d[\"%s\"]\n", i, strings.Join(label, "<br>"))
	}
	for i, s := range all {
		for _, in := range s.Inputs {
			from := slices.IndexFunc(all, func(t schema.Step) bool { return t.Name == in.Step })
			fmt.Fprintf(&b, "  s%d -->%s s%d\n", from, mermaidEdge(s, in), i)
		}
	}
	return b.String()
}

// mermaidEdge names what a step takes, where that is not the rows of its only input.
func mermaidEdge(s schema.Step, in schema.Input) string {
	var says []string
	if len(s.Inputs) > 1 {
		says = append(says, in.Field)
	}
	if in.Stream != steps.RowsStream {
		says = append(says, in.Stream)
	}
	if len(says) == 0 {
		return ""
	}
	return `|"` + mermaidText(strings.Join(says, ": ")) + `"|`
}

// mermaidText writes a text as Mermaid has it within quotes: what would end the quotes, begin a tag or an entity, or be
// taken for Markdown is written by the number of its character.
func mermaidText(text string) string {
	var b strings.Builder
	for _, r := range text {
		if strings.ContainsRune("\"#<>&;`*[]{}|\\", r) || r < ' ' {
			fmt.Fprintf(&b, "#%d;", r)
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}
