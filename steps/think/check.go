package think

import (
	"fmt"

	"sftrun.local/steps/jsonl"
)

// Rules are the rules of the strict structure that may be switched. The zero value is the original's set.
type Rules struct {
	Order bool // sections must take turns and not overlap: steer, exec, steer, exec
}

// An Issue is a breach of the strict structure.
type Issue struct {
	Type   string // one of the names below
	Detail string // what was found
}

// The types of issues.
const (
	InvalidMessages   = "invalid_messages"               // "messages" is not a list of objects
	MissingAssistant  = "missing_assistant_content"      // no assistant message whose content is a string
	InvalidBlockCount = "invalid_think_block_count"      // not exactly one think block
	NoPairedSections  = "no_paired_sections"             // not one steer with an exec
	UnmatchedSections = "unmatched_sections"             // more of one family than of the other
	ResidualText      = "residual_text_outside_sections" // text that is in no section
	SectionOrder      = "section_order"                  // Rules.Order is broken
)

// previewLength is how many characters of residual text an issue quotes.
const previewLength = 220

// Check returns what is wrong with a row, nothing if it is valid: its last assistant message must hold exactly one
// think block, made of steer and exec sections and white space alone.
func Check(row []byte, rules Rules) []Issue {
	messages, err := jsonl.Messages(row)
	if err != nil {
		return []Issue{{InvalidMessages, err.Error()}}
	}
	last := LastAssistant(messages)
	if last < 0 {
		return []Issue{{MissingAssistant, fmt.Sprintf("none among %d messages", len(messages))}}
	}
	blocks := Blocks(messages[last].Content)
	if len(blocks) != 1 {
		return []Issue{{InvalidBlockCount, fmt.Sprintf("%d think blocks", len(blocks))}}
	}
	return checkBlock(blocks[0].Text(), rules)
}

// checkBlock checks the sections of a block. Sections pair by index within their families: the first steer with the
// first exec, and so on.
func checkBlock(text string, rules Rules) []Issue {
	var issues []Issue
	sections := Sections(text)
	steers := count(sections, Steer)
	execs := len(sections) - steers
	found := fmt.Sprintf("%d steer, %d exec", steers, execs)
	if min(steers, execs) == 0 {
		issues = append(issues, Issue{NoPairedSections, found})
	}
	if steers != execs {
		issues = append(issues, Issue{UnmatchedSections, found})
	}
	if residual := Residual(text, sections); residual != "" {
		issues = append(issues, Issue{ResidualText, preview(residual)})
	}
	if rules.Order {
		issues = append(issues, checkOrder(sections)...)
	}
	return issues
}

func count(sections []Section, f Family) (n int) {
	for _, s := range sections {
		if s.Family == f {
			n++
		}
	}
	return n
}

// checkOrder names the first section that is not where steer, exec, steer, exec would have it.
func checkOrder(sections []Section) []Issue {
	turn := [2]Family{Steer, Exec}
	for i, s := range sections {
		if s.Family != turn[i%2] {
			return []Issue{{SectionOrder, fmt.Sprintf("section %d is %s, not %s", i+1, s.Family, turn[i%2])}}
		}
		if i > 0 && s.Start < sections[i-1].End {
			return []Issue{{SectionOrder, fmt.Sprintf("section %d (%s) starts inside section %d", i+1, s.Family, i)}}
		}
	}
	return nil
}

// preview returns the first characters of a text.
func preview(text string) string {
	n := 0
	for i := range text {
		if n == previewLength {
			return text[:i]
		}
		n++
	}
	return text
}
