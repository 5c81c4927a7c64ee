package cli

import "sftrun.local/runner"

// A style is how a word is set off on a terminal, as the code of an SGR sequence (ECMA-48, 8.3.117).
type style string

const (
	plain  style = ""
	faint  style = "2"
	green  style = "32"
	yellow style = "33"
	cyan   style = "36"
)

var verdictStyle = map[runner.Verdict]style{runner.Cached: faint, runner.Run: yellow, runner.Wait: cyan}

// paint sets a text off, where colours are wanted.
func (p *project) paint(s style, text string) string {
	if !p.color || s == plain {
		return text
	}
	return "\x1b[" + string(s) + "m" + text + "\x1b[0m"
}
