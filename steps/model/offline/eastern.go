package offline

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// easternTurn judges how strongly the first words of a Chinese, Japanese or Korean sentence announce a new move.
func easternTurn(s string) (float64, bool) {
	if r, _ := utf8.DecodeRuneInString(s); r < 0x1100 {
		return 0, false
	}
	for _, t := range tongues {
		if _, p, ok := t.marker(s); ok {
			return easternPulls[p], true
		}
	}
	return 0, false
}

var easternPulls = [purposes]float64{
	doubt: 0.6, otherWay: 0.6, object: 0.3, infer: 0.1, begin: 0.5, goOn: 0.4, supposeSo: 0.4, illustrate: 0.2,
	wonder: 0.2, conclude: 0.4,
}

// longestEastern is the most characters of a steer in a script without spaces, and longestRun those of its topic.
const (
	longestEastern = 12
	longestRun     = 8
)

// eastern writes the steer of a move in Chinese, Japanese or Korean, in that language.
func (o *outline) eastern(m move) (string, bool) {
	t := tongueOf(m.text)
	if t == nil {
		return "", false
	}
	turn := plain
	for _, s := range m.sentences[:min(2, len(m.sentences))] {
		if _, p, ok := t.marker(s); ok {
			turn = p
			break
		}
	}
	topic := o.run(t, m.sentences)
	openings := t.openings[turn]
	opening := openings[o.turns[turn]%len(openings)]
	o.turns[turn]++
	return strings.Replace(opening, "…", topic, 1), true
}

// tongueOf returns the language of a text that is mostly in an eastern script, or nil.
func tongueOf(text string) *tongue {
	var latin, chinese, kana, hangul int
	for _, r := range text {
		switch {
		case r < 128:
			if r|0x20 >= 'a' && r|0x20 <= 'z' {
				latin++
			}
		case r >= 0x3040 && r <= 0x30FF:
			kana++
		case r >= 0xAC00 && r <= 0xD7A3:
			hangul++
		case unicode.Is(unicode.Han, r):
			chinese++
		}
	}
	switch {
	case 3*(chinese+kana+hangul) <= latin || chinese+kana+hangul == 0:
		return nil
	case hangul > chinese+kana:
		return tongues[2]
	case 5*kana > chinese:
		return tongues[1]
	}
	return tongues[0]
}

// marker finds the marker that a sentence begins with.
func (t *tongue) marker(s string) (string, purpose, bool) {
	for _, m := range t.markers {
		if strings.HasPrefix(s, m.text) {
			return s[len(m.text):], m.purpose, true
		}
	}
	return s, plain, false
}

// run returns the stretch of content characters that says most: of three to six characters if there is one, early,
// and not used before.
func (o *outline) run(t *tongue, sentences []string) string {
	best, bestScore := t.nothing, 0.0
	for i, s := range sentences[:min(sentencesRead, len(sentences))] {
		s, _, _ = t.marker(s)
		for _, run := range strings.FieldsFunc(s, t.breaks) {
			run = t.trim(run)
			n := utf8.RuneCountInString(run)
			if n < 2 || n > longestRun || t.blank[run] || !eastOf(run) {
				continue
			}
			score := float64(min(n, 5)) / float64(1+i) / float64(1+3*o.topics[run])
			if run[0] < utf8.RuneSelf {
				score /= 3
			}
			if score > bestScore {
				best, bestScore = run, score
			}
		}
	}
	o.topics[best]++
	return best
}

// eastOf reports whether s holds a character that is not ASCII.
func eastOf(s string) bool {
	for _, r := range s {
		if r >= 0x1100 {
			return true
		}
	}
	return false
}

// trim drops the particle at the end of a Korean word.
func (t *tongue) trim(run string) string {
	for _, p := range t.particles {
		if rest, ok := strings.CutSuffix(run, p); ok && utf8.RuneCountInString(rest) > 1 {
			return rest
		}
	}
	return run
}
