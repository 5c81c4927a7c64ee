package offline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// wordiest is the most words that a sentence may have before it is cut at a comma or, failing that, at a space.
const wordiest = 120

// splitSentences cuts text behind the ends of its sentences. The pieces strung together are the text.
func splitSentences(text string) []string {
	var out []string
	start, judged := 0, 0
	for i, r := range text {
		if i < judged || r < utf8.RuneSelf && r != '.' && r != '!' && r != '?' || !strings.ContainsRune(sentenceEnds, r) {
			continue
		}
		end := i + utf8.RuneLen(r)
		judged = end + closers(text[end:])
		if endsSentence(text[start:i], r, text[judged:]) {
			out = append(out, text[start:judged])
			start = judged
		}
	}
	if start < len(text) {
		out = append(out, text[start:])
	}
	return shortEnough(out)
}

// sentenceEnds are the marks that may end a sentence; those of hardStops always do.
const (
	sentenceEnds = ".!?…" + hardStops
	hardStops    = "。！？｡؟۔।॥።"
)

// endsSentence reports whether the mark r ends the sentence before it, given what follows behind closing brackets.
func endsSentence(sentence string, r rune, rest string) bool {
	if strings.ContainsRune(hardStops, r) {
		return true
	}
	next, size := utf8.DecodeRuneInString(rest)
	if size == 0 || !unicode.IsSpace(next) {
		return han(next) && !endsInDigit(sentence)
	}
	if r != '.' {
		return true
	}
	first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(rest, unicode.IsSpace))
	return !unicode.IsLower(first) && !shortened(lastWord(sentence), strings.TrimSpace(sentence))
}

func endsInDigit(s string) bool {
	return s != "" && s[len(s)-1] >= '0' && s[len(s)-1] <= '9'
}

// shortened reports whether a full stop belongs to the word before it: an abbreviation, or the label of a list item
// ("1.", "B.") with which the sentence begins.
func shortened(word, sentence string) bool {
	if abbreviations[strings.ToLower(word)] {
		return true
	}
	return word == strings.TrimLeft(sentence, "-*•# (") && len(word) <= 3
}

// lastWord looks at the last bytes only, since it is called at every full stop.
func lastWord(s string) string {
	s = s[max(0, len(s)-16):]
	return s[strings.LastIndexAny(s, " \t\n(")+1:]
}

// closers returns how many bytes at the beginning of s still belong to the sentence that ended before it.
func closers(s string) int {
	return len(s) - len(strings.TrimLeft(s, ".!?。！？\"'”’)]*_`」』）"))
}

// shortEnough cuts sentences that go on for too long.
func shortEnough(in []string) []string {
	var out []string
	for _, s := range in {
		for n := cutLong(s); n > 0; n = cutLong(s) {
			out = append(out, s[:n])
			s = s[n:]
		}
		out = append(out, s)
	}
	return out
}

// cutLong returns where to cut a sentence that is too long: behind the last comma or semicolon of its first words,
// else at the space behind them; 0 if it is short enough or has no such place.
func cutLong(s string) int {
	words, comma, space := 0, 0, 0
	for i, r := range s {
		switch {
		case r == '，' || r == '、' || r == '；':
			comma = i + utf8.RuneLen(r)
		case unicode.IsSpace(r):
			space = i
			if i > 0 && strings.IndexByte(",;:", s[i-1]) >= 0 {
				comma = i
			}
		case !han(r):
			continue
		}
		if words++; words > wordiest {
			if comma > 0 {
				return comma
			}
			return space
		}
	}
	return 0
}

// size counts the words of s; two Chinese or Japanese characters count as a word.
func size(s string) int {
	words, chars, inside := 0, 0, false
	for _, r := range s {
		switch {
		case r < 128 && r > ' ':
			if !inside {
				words++
			}
			inside = true
		case unicode.IsSpace(r):
			inside = false
		case han(r):
			chars++
			inside = false
		default:
			if !inside {
				words++
			}
			inside = true
		}
	}
	return words + (chars+1)/2
}

// han reports whether r is of a script that is written without spaces: Chinese characters and Japanese kana.
func han(r rune) bool {
	return r >= 0x3040 && (unicode.Is(unicode.Han, r) || unicode.Is(unicode.Hiragana, r) || unicode.Is(unicode.Katakana, r))
}
