package cli

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"sftrun.local/cmd/sftrun/cli/figures"
	"sftrun.local/steps"
)

// sectionsOf a report, those that have something to say.
func sectionsOf(r *diffReport, verbose bool) []section {
	all := []section{{title: "Remarks", lines: remarksOf(r)}, configSection(r.Config, verbose)}
	all = append(all, fileSections(r.Config.Files)...)
	switch {
	case r.Steps == nil:
	case r.Same:
		all = append(all, section{title: "Rows", lines: []string{sameRows(r)}}, costSection(r))
	default:
		all = append(all, rowSection(r), tokenSection(r), reasonSection(r), countSection(r, verbose), keptSection(r), costSection(r))
	}
	if r.Examples != nil {
		all = append(all, exampleSections(r.Examples)...)
	}
	return slices.DeleteFunc(all, func(s section) bool { return len(s.lines) == 0 && len(s.table) < 2 && s.block == "" })
}

// sameRows says what is the same in two datasets that do not differ.
func sameRows(r *diffReport) string {
	last := r.Steps[len(r.Steps)-1]
	if len(r.Steps) == 1 {
		return fmt.Sprintf("the same in %s: %s, byte for byte", last.Name, figures.Of(last.B.Out, "row"))
	}
	return fmt.Sprintf("the same dataset: %s in %s, and every step before it, byte for byte", figures.Of(last.B.Out, "row"), last.Name)
}

func remarksOf(r *diffReport) []string {
	var lines []string
	for _, remark := range r.A.Remarks {
		lines = append(lines, "A: "+remark)
	}
	for _, remark := range r.B.Remarks {
		lines = append(lines, "B: "+remark)
	}
	if !r.Config.Whole {
		lines = append(lines, "A run of an older version kept its steps alone: seed, models and limits are not compared")
	}
	if len(r.Others) > 0 {
		lines = append(lines, fmt.Sprintf("Tokens are counted with %s on both sides, though a step names %s", r.Encoding, strings.Join(r.Others, ", ")))
	}
	return lines
}

// configSection tells how the pipelines differ.
func configSection(c diffConfig, verbose bool) section {
	s := section{title: "Pipeline"}
	for _, name := range c.OnlyA {
		s.lines = append(s.lines, "only in A: step "+name)
	}
	for _, name := range c.OnlyB {
		s.lines = append(s.lines, "only in B: step "+name)
	}
	for _, change := range c.Changes {
		s.lines = append(s.lines, fmt.Sprintf("%s: %s → %s", change.Path, valueText(change.A, verbose), valueText(change.B, verbose)))
	}
	for _, f := range c.Files {
		s.lines = append(s.lines, fileLine(f))
	}
	for _, v := range c.Versions {
		s.lines = append(s.lines, fmt.Sprintf("kind %s: version %d → %d", v.Kind, v.A, v.B))
	}
	for _, d := range c.Data {
		s.lines = append(s.lines, dataLines(d)...)
	}
	if len(s.lines) == 0 {
		s.lines = []string{"the same"}
	}
	return s
}

// longestValue is the number of characters of a value that are shown without -v.
const longestValue = 80

func valueText(v json.RawMessage, verbose bool) string {
	text := string(v)
	switch {
	case text == "":
		return "not set"
	case !verbose && utf8.RuneCountInString(text) > longestValue:
		return string([]rune(text)[:longestValue]) + "… (-v)"
	}
	return text
}

func fileLine(f diffFile) string {
	if f.A.Path == f.B.Path {
		return fmt.Sprintf("%s: the text of %s differs, %s → %s", f.Path, f.A.Path, shortDigest(f.A), shortDigest(f.B))
	}
	return fmt.Sprintf("%s: %s (%s) → %s (%s), whose text differs", f.Path, f.A.Path, shortDigest(f.A), f.B.Path, shortDigest(f.B))
}

func shortDigest(f steps.File) string { return f.Digest[:min(8, len(f.Digest))] }

func fileSections(files []diffFile) []section {
	var all []section
	for _, f := range files {
		all = append(all, section{title: "Lines of " + f.Path, block: f.Lines})
	}
	return all
}

func dataLines(d diffData) []string {
	var lines []string
	for _, part := range []struct {
		names []string
		what  string
	}{{d.OnlyA, "only read in A"}, {d.OnlyB, "only read in B"}, {d.Changed, "with other content in B"}} {
		if n := len(part.names); n > 0 {
			lines = append(lines, fmt.Sprintf("%s: %s %s: %s", d.Step, figures.Of(n, "file"), part.what, firstOf(part.names, 3)))
		}
	}
	return lines
}

// firstOf lists the first of some names.
func firstOf(names []string, most int) string {
	if len(names) <= most {
		return strings.Join(names, ", ")
	}
	return fmt.Sprintf("%s and %s more", strings.Join(names[:most], ", "), figures.Count(len(names)-most))
}
