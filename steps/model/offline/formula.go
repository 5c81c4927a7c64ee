package offline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// plainSigns turns LaTeX into what a person would type in a heading, and drops what only affects the looks.
var plainSigns = strings.NewReplacer(
	`\(`, "", `\)`, "", `\[`, "", `\]`, "", "$", "", " ", "", "\n", "",
	`\left`, "", `\right`, "", `\,`, "", `\;`, "", `\!`, "", `\displaystyle`, "",
	`\dfrac`, `\frac`, `\tfrac`, `\frac`,
	`\times`, "×", `\cdot`, "·", "*", "×", `\div`, "÷", `\pm`, "±",
	`\leq`, "≤", `\le`, "≤", `\geq`, "≥", `\ge`, "≥", `\neq`, "≠", `\ne`, "≠", `\approx`, "≈", `\equiv`, "≡",
	`\infty`, "∞", `\pi`, "π", `\theta`, "θ", `\alpha`, "α", `\beta`, "β", `\lambda`, "λ", `\mu`, "μ", `\sigma`, "σ",
	`\Delta`, "Δ", `\delta`, "δ", `\omega`, "ω", `\phi`, "φ", `\angle`, "∠", `^\circ`, "°", `^{\circ}`, "°",
	`\sin`, "sin", `\cos`, "cos", `\tan`, "tan", `\ln`, "ln", `\log`, "log", `\gcd`, "gcd", `\%`, "%",
)

// plainMath returns a formula as one short word without markup, if it has one.
func plainMath(s string) (string, bool) {
	if strings.ContainsAny(s, "\\$ *\n") {
		s = withoutBraces(plainSigns.Replace(s))
	}
	if s == "" || utf8.RuneCountInString(s) > longestFormula || !soundFormula(s) {
		return "", false
	}
	return s, true
}

// withoutBraces writes \frac{a}{b}, \sqrt{a}, \text{a} and x_{1} plainly. What is left of LaTeX fails soundFormula.
func withoutBraces(s string) string {
	for _, name := range []string{`\text`, `\boxed`, `\mathrm`} {
		s = unwrap(s, name, "", "")
	}
	for range 3 {
		s = plainFraction(s)
	}
	s = unwrap(s, `\sqrt`, "√", "")
	s = unwrap(s, "_", "_", "")
	return unwrap(s, "^", "^", "")
}

// unwrap replaces name{a} by before+a+after where a holds no braces.
func unwrap(s, name, before, after string) string {
	for range 4 {
		i := strings.Index(s, name+"{")
		if i < 0 {
			return s
		}
		inner, rest, ok := strings.Cut(s[i+len(name)+1:], "}")
		if !ok || strings.Contains(inner, "{") {
			return s
		}
		s = s[:i] + before + inner + after + rest
	}
	return s
}

// plainFraction writes the first \frac{a}{b} without inner braces as a/b.
func plainFraction(s string) string {
	i := strings.Index(s, `\frac{`)
	if i < 0 {
		return s
	}
	over, rest, ok := strings.Cut(s[i+len(`\frac{`):], "}{")
	under, rest, ok2 := strings.Cut(rest, "}")
	if !ok || !ok2 || strings.ContainsAny(over+under, "{}") {
		return s
	}
	return s[:i] + inBrackets(over) + "/" + inBrackets(under) + rest
}

func inBrackets(s string) string {
	if strings.ContainsAny(s, "+-") {
		return "(" + s + ")"
	}
	return s
}

// soundFormula reports whether s is made of signs, numbers and short names alone, whole at both ends.
func soundFormula(s string) bool {
	letters, depth := 0, 0
	for _, r := range s {
		if unicode.IsLetter(r) {
			letters++
			continue
		}
		if letters > 4 && !unicode.IsDigit(r) && !strings.ContainsRune("-'’.&", r) {
			return false
		}
		letters = 0
		switch {
		case r == '(':
			depth++
		case r == ')':
			depth--
		case unicode.IsDigit(r), strings.ContainsRune(",.:/%°=+-−–×·÷^!_≤≥≠≈≡∞±∠√²³€£'’&", r):
		default:
			return false
		}
		if depth < 0 {
			return false
		}
	}
	return depth == 0 && !strings.ContainsAny(s[:1], ",.:/=^_+×·%!)&") && !strings.ContainsAny(s[len(s)-1:], ",.:/=+-^_(&×")
}
