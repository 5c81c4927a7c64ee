package think

import (
	"iter"

	"sftrun.local/steps/jsonl"
)

// Assistants iterates over the messages in which think blocks can stand: those of the assistant whose content is a
// string, with their indexes.
func Assistants(messages []jsonl.Message) iter.Seq2[int, jsonl.Message] {
	return func(yield func(int, jsonl.Message) bool) {
		for i, m := range messages {
			if m.Role == "assistant" && m.IsText && !yield(i, m) {
				return
			}
		}
	}
}

// LastAssistant returns the index of the last of these messages, or -1.
func LastAssistant(messages []jsonl.Message) int {
	last := -1
	for i := range Assistants(messages) {
		last = i
	}
	return last
}
