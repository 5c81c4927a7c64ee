package schema

import (
	"fmt"
	"slices"
	"strings"

	"cuelang.org/go/cue/ast"
)

// reference reports a name that stands for nothing.
func (m *message) reference() {
	c, name := m.checker, m.arg(0)
	if name == "sft" {
		m.path = nil
		m.report(fmt.Sprintf("the definitions are not imported; write above it: import %q", ImportPath))
		return
	}
	if m.isInput() {
		steps := c.places.labels("steps")
		text := c.noStep(name, "rows")
		if slices.Contains(steps, name) {
			text = fmt.Sprintf("the step %q cannot be named like this from here.", name)
		}
		m.report(text + "   In another file write steps." + closest(name, steps) + ".rows.")
		return
	}
	m.report(fmt.Sprintf("nothing here is called %q%s", name, meant(name, c.places.labels())))
}

// closest gives the candidate nearest to a word, or the word.
func closest(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return best
	}
	return word
}

// undefined reports a selector for which there is no field: of the definitions, of a step or of the user's own.
func (m *message) undefined() {
	c, name := m.checker, m.arg(0)
	if strings.HasPrefix(name, "#") {
		m.report(fmt.Sprintf("no definition sft.%s%s  Kinds: %s (sftrun kinds)", name, orEnd(didYouMean(name, c.definitionNames()), ";"), strings.Join(c.definitionNames(), ", ")))
		return
	}
	owner, siblings := m.owner()
	switch {
	case owner == "steps":
		m.report(c.noStep(name, "rows"))
	case m.isInput():
		m.report(noStream(strings.TrimPrefix(owner, "steps."), name))
	default:
		m.report(fmt.Sprintf("%s has no field %q%s", owner, name, meant(name, siblings)))
	}
}

func didYouMean(name string, definitions []string) string {
	if best := Nearest("sft."+name, definitions); best != "" {
		return "; did you mean " + best + "?"
	}
	return ""
}

// owner finds the value of which the error's selector wants a field: its name and the fields that it has.
func (m *message) owner() (string, []string) {
	name, fields := "it", []string(nil)
	for _, f := range m.checker.places.files {
		ast.Walk(f, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok && s.Sel.Pos() == m.err.Position() {
				name = source(s.X)
				fields = m.checker.places.labels(split(name)...)
			}
			return true
		}, nil)
	}
	return name, fields
}

// source writes an identifier or a chain of selectors.
func source(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		label, _, _ := ast.LabelName(x.Sel)
		return source(x.X) + "." + label
	}
	return "it"
}

// imported reports a package that is not there.
func (m *message) imported() {
	path, failed := "", m.err.Error()
	if strings.Contains(failed, "import cycle") {
		m.circle()
		return
	}
	if i := strings.Index(failed, `package "`); i >= 0 {
		path, _, _ = strings.Cut(failed[i+len(`package "`):], `"`)
	}
	m.path = nil
	m.report(fmt.Sprintf("no package %q%s  Packages are looked for in this folder and its cue.mod/pkg only; nothing is downloaded.",
		path, orEnd(meant(path, []string{ImportPath}), ".")))
}

// circle reports packages that import each other.
func (m *message) circle() {
	places := m.err.InputPositions()
	var all []string
	for _, p := range places {
		all = append(all, fmt.Sprintf("%s:%d", m.checker.folder.relative(p.Filename()), p.Line()))
	}
	m.path = nil
	m.report(fmt.Sprintf("the package imports itself, by way of others (%s); take one of these imports out", strings.Join(all, ", ")))
}

func (m *message) unused() {
	m.report(fmt.Sprintf("%s is not used; remove it", m.arg(0)))
}
