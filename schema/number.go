package schema

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"

	"cuelang.org/go/cue/ast"
	"cuelang.org/go/cue/token"
)

// mostExponent is the largest exponent of a number, by more than any use. From 100,001 on, CUE reads 1e100001 as 1
// without a word; and written out, such a number would fill the memory.
const mostExponent = 400

// checkExponents reports the first number in a file whose exponent is too large.
func (f *folder) checkExponents(file *ast.File) *Error {
	var wrong *Error
	ast.Walk(file, func(n ast.Node) bool {
		lit, ok := n.(*ast.BasicLit)
		if ok && wrong == nil && (lit.Kind == token.INT || lit.Kind == token.FLOAT) && exponentTooLarge(lit.Value) {
			at := lit.Pos()
			wrong = &Error{
				At:   Position{File: f.relative(file.Filename), Line: at.Line(), Column: at.Column()},
				Text: fmt.Sprintf("%s is out of range; exponents go from -%d to %d", lit.Value, mostExponent, mostExponent),
			}
		}
		return wrong == nil
	}, nil)
	return wrong
}

// exponentTooLarge says whether what stands after the e of a number is beyond mostExponent.
func exponentTooLarge(number string) bool {
	small := strings.ReplaceAll(strings.ToLower(number), "_", "")
	_, exponent, found := strings.Cut(small, "e")
	if !found || strings.HasPrefix(small, "0x") {
		return false
	}
	n, err := strconv.Atoi(exponent)
	return errors.Is(err, strconv.ErrRange) || n > mostExponent || n < -mostExponent
}

// checkNumber reports a number that Go cannot hold: a whole one of more than 64 bits, or one beyond all floats.
func (c *checker) checkNumber(n json.Number, s *shape, path []string) {
	if _, err := n.Float64(); err != nil {
		c.report(path, "out of range; it must be between -1.7e308 and 1.7e308")
		return
	}
	if s == nil || s.typ == nil {
		return
	}
	if typ, _ := inWords(s.typ); typ != wholeNumber {
		return
	}
	if _, err := n.Int64(); err != nil {
		c.report(path, tooLarge(n.String()))
	}
}

// tooLarge is the text for a whole number of more than 64 bits.
func tooLarge(n string) string {
	return fmt.Sprintf("%s is out of range; it must be between %d and %d", n, math.MinInt64, math.MaxInt64)
}

// fraction reports a number with a point or an exponent where a whole one must be: CUE counts 5e2 as a fraction, too.
func (m *message) fraction(value string) {
	plain := number(json.Number(value))
	shown := m.checker.places.literalOr(m.path, value)
	switch _, err := plain.Int64(); {
	case err == nil:
		m.report(fmt.Sprintf("%s counts as a number with a fraction, but it must be a whole number; write %s", shown, plain))
	case strings.Contains(plain.String(), "."):
		m.report(fmt.Sprintf("%s is %s, but it must be %s", value, typeWord("float"), typeWord("int")))
	default:
		m.report(tooLarge(shown))
	}
}
