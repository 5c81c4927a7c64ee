package transform

import "testing"

func TestWordsKept(t *testing.T) {
	for _, tt := range []struct {
		name, original, reply string
		words, kept           int
	}{
		{"all, in other case and with other signs", "Let x = 2, so x^2 = 4.", "<steer>Square</steer><exec>let X be 2; so x² … x 2 4</exec>", 7, 7},
		{"only what exec sections hold", "one two three", "one <steer>two</steer> <exec>three</exec>", 3, 1},
		{"a word counts as often as it is in both", "so so so", "<exec>so so and so on, so</exec>", 3, 3},
		{"a word that is there once is kept once", "so so so", "<exec>so</exec>", 3, 1},
		{"several sections", "a b c d", "<exec>a b</exec><steer>go on</steer><execution>c</execute>", 4, 3},
		{"no sections", "a b", "a b", 2, 0},
		{"no words", "∴ …", "<exec>∴</exec>", 0, 0},
	} {
		if words, kept := wordsKept(tt.original, tt.reply); words != tt.words || kept != tt.kept {
			t.Errorf("%s: %d of %d, want %d of %d", tt.name, kept, words, tt.kept, tt.words)
		}
	}
}
