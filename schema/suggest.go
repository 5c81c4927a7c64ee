package schema

import (
	"fmt"
	"strings"
)

// Nearest gives the word that a mistyped one was probably meant to be, or "". It is the one with the fewest letters to
// change, at most a third of them and one; failing that, the first that begins with what was typed. Upper and lower
// case are the same; the word itself is never the answer.
func Nearest(word string, words []string) string {
	typed := []rune(strings.ToLower(word))
	best, least := "", len(typed)/3+1
	for _, w := range words {
		if d := distance(typed, []rune(strings.ToLower(w))); d <= least && w != word {
			best, least = w, d-1
		}
	}
	if best == "" {
		return beginning(string(typed), words)
	}
	return best
}

// beginning gives the first word that begins with what was typed, of which one letter says too little.
func beginning(typed string, words []string) string {
	for _, w := range words {
		if len(typed) > 1 && len(w) > len(typed) && strings.HasPrefix(strings.ToLower(w), typed) {
			return w
		}
	}
	return ""
}

// meant is the clause of an error text that proposes a word, or "".
func meant(word string, candidates []string) string {
	if best := Nearest(word, candidates); best != "" {
		return fmt.Sprintf("; did you mean %q?", best)
	}
	return ""
}

// distance counts the letters to insert, delete, replace or swap with their neighbour to make b of a: the optimal string
// alignment distance (Boytsov, "Indexing methods for approximate dictionary searching", 2011, section 2.2.1).
func distance(a, b []rune) int {
	var before []int
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := 1; i <= len(a); i++ {
		next := make([]int, len(b)+1)
		next[0] = i
		for j := 1; j <= len(b); j++ {
			next[j] = min(row[j]+1, next[j-1]+1, row[j-1]+unequal(a[i-1], b[j-1]))
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				next[j] = min(next[j], before[j-2]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}

func unequal(a, b rune) int {
	if a == b {
		return 0
	}
	return 1
}
