// Package spelling proposes the word that a mistyped one was probably meant to be. It never prints.
package spelling

import (
	"fmt"

	"github.com/spf13/cobra"
)

// Nearest gives the candidate that a word was probably meant to be, or "". It asks cobra, which does so for its own
// commands: a candidate within two edits, or one that begins with the word.
func Nearest(word string, candidates []string) string {
	parent := cobra.Command{SuggestionsMinimumDistance: 2}
	for _, c := range candidates {
		parent.AddCommand(&cobra.Command{Use: c, Run: func(*cobra.Command, []string) {}})
	}
	if found := parent.SuggestionsFor(word); len(found) > 0 {
		return found[0]
	}
	return ""
}

// DidYouMean is the end of a sentence about an unknown word: a question, or the full stop.
func DidYouMean(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return "."
}
