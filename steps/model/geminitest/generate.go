package geminitest

import (
	"encoding/base64"
	"fmt"
	"strconv"
	"strings"
)

// generate answers a question.
func (s *Server) generate(q *request) {
	v, f := s.readBody(q, dialect(q.asked).generate)
	if f != nil {
		s.run(q, "", "", func() (reply, *refusal) { return reply{}, f })
		return
	}
	question, f := ask(q.asked, v)
	s.run(q, question.Hash, question.System+question.User, func() (reply, *refusal) {
		if f != nil {
			return reply{}, f
		}
		if f := s.limits.pass(q.asked, q.owner, question.Tokens, s.clock.now()); f != nil {
			return reply{}, f
		}
		said := s.say(question, q.throw)
		charge := said.charge(question, false)
		return reply{body: said.message(question, q.vertex), charges: []Charge{charge}, load: question.Tokens}, nil
	})
}

// said is what a model answers.
type said struct {
	text    string
	thought string
	show    bool // the thought, though it was not asked for
	finish  string
	block   string // why the prompt was blocked; then there is nothing else
	empty   Fault  // how an answer without text looks
	from    int    // where in the whole answer the text begins
	next    string // token to ask for the rest with
	usage   bool
	in      int
	out     int
	think   int
}

// say lets a model answer, and lets that go wrong.
func (s *Server) say(q Question, t throw) said {
	r := s.opt.Answer(q)
	a := said{text: r.Text, thought: r.Thought, finish: r.Finish, usage: true, in: q.Tokens, think: r.ThoughtTokens}
	if a.finish == "" {
		a.finish = "STOP"
	}
	if from := restOf(q.rest); q.rest != "" && from <= len(a.text) {
		a.text, a.from = a.text[from:], from
	}
	a.out = tokensIn(a.text)
	a.limit(q.MaxTokens)
	a.spoil(t)
	return a
}

// limit cuts the answer off where it has used up its tokens. Thinking comes first.
func (a *said) limit(most int) {
	if most == 0 || a.think+a.out <= most {
		return
	}
	a.finish = string(MaxTokens)
	a.think = min(a.think, most)
	a.out = most - a.think
	a.text = firstTokens(a.text, a.out)
	if a.text == "" {
		a.empty = NoContent
	}
}

func (a said) charge(q Question, batch bool) Charge {
	m, _ := modelNamed(q.Model)
	return Charge{Hash: q.Hash, Model: q.Model, In: a.in, Out: a.out, Thought: a.think, USD: m.usd(a.in, a.out+a.think, batch)}
}

// message is the answer as the service sends it.
func (a said) message(q Question, vertex bool) map[string]any {
	m := map[string]any{"modelVersion": q.Model, "responseId": q.Hash[:22]}
	if a.usage {
		m["usageMetadata"] = a.count(vertex)
	}
	if a.block != "" {
		feedback := map[string]any{"blockReason": a.block}
		if vertex {
			feedback["blockReasonMessage"] = "The prompt is blocked."
		}
		m["promptFeedback"] = feedback
		return m
	}
	if a.empty == NoCandidates {
		return m
	}
	one := map[string]any{"index": 0}
	if a.finish != "" {
		one["finishReason"] = a.finish
	}
	if a.next != "" {
		one["continuationToken"] = a.next
	}
	switch a.empty {
	case NoContent:
		one["content"] = map[string]any{"role": "model"}
	case Empty:
		one["content"] = map[string]any{"role": "model", "parts": []any{map[string]any{"text": ""}}}
	case None:
		one["content"] = map[string]any{"role": "model", "parts": a.parts(q)}
	}
	m["candidates"] = []any{one}
	return m
}

func (a said) parts(q Question) []any {
	var parts []any
	if a.thought != "" && (q.thoughts || a.show) {
		parts = append(parts, map[string]any{"text": a.thought, "thought": true})
	}
	answer := map[string]any{"text": a.text}
	if a.think > 0 {
		answer["thoughtSignature"] = base64.StdEncoding.EncodeToString([]byte("signed " + q.Hash))
	}
	return append(parts, answer)
}

// count is usageMetadata. The service leaves out what is 0.
func (a said) count(vertex bool) map[string]any {
	u := map[string]any{"promptTokenCount": a.in, "totalTokenCount": a.in + a.out + a.think,
		"promptTokensDetails": []any{map[string]any{"modality": "TEXT", "tokenCount": a.in}}}
	if a.out > 0 {
		u["candidatesTokenCount"] = a.out
	}
	if a.think > 0 {
		u["thoughtsTokenCount"] = a.think
	}
	if vertex {
		u["trafficType"] = "ON_DEMAND"
	}
	return u
}

// A continuation token holds where in the text to go on.
func continueAt(byte int) string {
	return base64.StdEncoding.EncodeToString(fmt.Appendf(nil, "from %d", byte))
}

// restOf reads such a token. It returns -1 for another one.
func restOf(token string) int {
	text, err := base64.StdEncoding.DecodeString(token)
	digits, ok := strings.CutPrefix(string(text), "from ")
	n, err2 := strconv.Atoi(digits)
	if err != nil || err2 != nil || !ok {
		return -1
	}
	return n
}
