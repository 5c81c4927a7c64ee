package geminitest

import (
	"cmp"
	"encoding/json"
	"maps"
	"slices"
	"strings"
	"unicode"
)

// named makes JSON in the form of the question's schema, {"name": "..."} without one. Its texts are the words that the
// prompt has most often.
func named(q Question) string {
	words := topWords(traceIn(q.User), 4)
	v := map[string]any{"name": strings.Join(words, " ")}
	if q.Schema == nil {
		return encode(v)
	}
	return encode(fill(q.Schema, words, 0))
}

func encode(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		return "{}" // cannot be: it is made of maps, texts and numbers
	}
	return string(text)
}

// fill makes a value of a schema, in the dialects of OpenAPI ("OBJECT") and of JSON Schema ("object").
func fill(schema any, words []string, depth int) any {
	s, _ := schema.(map[string]any)
	kind, _ := s["type"].(string)
	if options, ok := s["enum"].([]any); ok && len(options) > 0 {
		return options[0]
	}
	switch strings.ToLower(kind) {
	case "object":
		all := map[string]any{}
		properties, _ := s["properties"].(map[string]any)
		for name, p := range properties {
			if depth < 8 {
				all[name] = fill(p, words, depth+1)
			}
		}
		return all
	case "array":
		if depth >= 8 {
			return []any{}
		}
		return []any{fill(s["items"], words, depth+1)}
	case "integer", "number":
		return cmp.Or(s["minimum"], any(1))
	case "boolean":
		return true
	}
	return strings.Join(words, " ")
}

// topWords are the n longer words that a text has most often, with a capital letter.
func topWords(text string, n int) []string {
	count := map[string]int{}
	for _, w := range strings.FieldsFunc(text, func(r rune) bool { return !unicode.IsLetter(r) }) {
		if len(w) > 4 {
			count[strings.ToLower(w)]++
		}
	}
	words := slices.SortedFunc(maps.Keys(count), func(a, b string) int {
		return cmp.Or(count[b]-count[a], strings.Compare(a, b))
	})
	words = words[:min(n, len(words))]
	for i, w := range words {
		words[i] = strings.ToUpper(w[:1]) + w[1:]
	}
	return words
}
