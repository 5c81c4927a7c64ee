package geminitest

import (
	"context"
	"strings"
	"unicode/utf8"

	"sftrun.local/steps/model"
	"sftrun.local/steps/model/offline"
)

// An Answerer says what a model answers. It must give the same answer to the same question, and may be called by several
// goroutines at once.
type Answerer func(Question) Reply

// A Reply is what a model answers, if nothing goes wrong.
type Reply struct {
	Text          string
	Thought       string // summary of its thinking, shown to those who ask for thoughts
	ThoughtTokens int
	Finish        string // "STOP" if ""
}

// Rewrite answers like the model that the default pipeline needs: it rewrites a trace into steer and exec sections by the
// rules of package offline, or, asked for JSON, names what the prompt is about in the form of the schema. The trace is
// what stands between the first and the last line of equals signs in the prompt; without two such lines, what follows
// the first empty line; without one, the whole prompt. The thinking is as long as its level, give or take half.
func Rewrite(q Question) Reply {
	r := Reply{ThoughtTokens: thinkingOf(q), Thought: "**Reading the trace**\n\nI look for where the thinker turns to something else.\n"}
	if q.JSON {
		r.Text = named(q)
		return r
	}
	a, _, err := offline.Client{}.Generate(context.Background(), model.Request{Input: traceIn(q.User)})
	if err != nil {
		a.Text = "There is no text to rewrite."
	}
	r.Text = a.Text
	return r
}

// traceIn finds the text within a prompt that the prompt is about.
func traceIn(prompt string) string {
	lines := strings.SplitAfter(prompt, "\n")
	first, last, at := -1, -1, 0
	for _, l := range lines {
		if text := strings.TrimSpace(l); len(text) >= 8 && strings.Trim(text, "=") == "" {
			if first < 0 {
				first = at + len(l)
			}
			last = at
		}
		at += len(l)
	}
	if first >= 0 && last > first {
		return strings.TrimSpace(prompt[first:last])
	}
	if _, rest, ok := strings.Cut(prompt, "\n\n"); ok && strings.TrimSpace(rest) != "" {
		return strings.TrimSpace(rest)
	}
	return strings.TrimSpace(prompt)
}

// thinkingOf is how many tokens a model thinks about a question.
func thinkingOf(q Question) int {
	n := map[string]float64{"MINIMAL": 0, "LOW": 120, "MEDIUM": 500, "HIGH": 1500}
	level, ok := n[q.Level]
	if !ok {
		level = 300
	}
	tokens := int(level * (0.5 + unit("thinking "+q.Hash)))
	if q.Budget >= 0 {
		return min(tokens, q.Budget)
	}
	return tokens
}

// A token of the emulator is four bytes: near enough for English, and easy to check.
func tokensIn(text string) int { return (len(text) + 3) / 4 }

// firstTokens cuts a text after so many tokens.
func firstTokens(text string, n int) string {
	if 4*n >= len(text) {
		return text
	}
	end := 4 * n
	for end > 0 && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end]
}
