package geminitest

// countTokens counts without charging. The Gemini API wants either contents or a whole request.
func (s *Server) countTokens(q *request) {
	v, f := s.readBody(q, dialect(q.asked).count)
	var question Question
	if f == nil {
		if whole, ok := v["generateContentRequest"].(map[string]any); ok {
			v = whole
		}
		question, f = ask(q.asked, v)
	}
	s.run(q, question.Hash, question.System+question.User, func() (reply, *refusal) {
		if f != nil {
			return reply{}, f
		}
		n := map[string]any{"totalTokens": question.Tokens,
			"promptTokensDetails": []any{map[string]any{"modality": "TEXT", "tokenCount": question.Tokens}}}
		if q.vertex {
			n["totalBillableCharacters"] = len(question.User)
		}
		return reply{body: n}, nil
	})
}
