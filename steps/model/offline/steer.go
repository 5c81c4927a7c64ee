package offline

import (
	"math"
	"strings"
	"unicode"
	"unicode/utf8"
)

// An outline writes the steers of one trace, in order. It remembers what it has said, to say it differently.
type outline struct {
	moves  int
	met    map[string]meeting // words with content
	tokens [][][]token        // of moves, sentences
	next   int                // move to write the steer of

	said   map[string]int // steers
	topics map[string]int // noun phrases
	turns  [purposes]int  // openings used, by purpose
}

// A meeting is what is known of a word from reading the trace once.
type meeting struct {
	moves, last int  // how many moves it occurs in, and the last of them, from 1
	lowerCase   bool // whether it occurs in lower case
}

func newOutline(moves []move) *outline {
	o := &outline{moves: len(moves), met: map[string]meeting{}, said: map[string]int{}, topics: map[string]int{}}
	for i, m := range moves {
		var sentences [][]token
		for _, s := range m.sentences {
			ts := tokenize(s)
			sentences = append(sentences, ts)
			o.learn(ts, i+1)
		}
		o.tokens = append(o.tokens, sentences)
	}
	return o
}

// learn counts the words of a sentence of a move.
func (o *outline) learn(ts []token, move int) {
	for _, t := range ts {
		if t.kind == strange || functionWords[t.lower] {
			continue
		}
		m := o.met[t.lower]
		if m.last == move && (m.lowerCase || t.text != t.lower) {
			continue
		}
		if m.last != move {
			m.moves++
			m.last = move
		}
		m.lowerCase = m.lowerCase || t.text == t.lower
		o.met[t.lower] = m
	}
}

// A candidate is a possible steer. Its words may become few when it is fitted; score says how well it would tell
// what the move does.
type candidate struct {
	words []token
	score float64
}

const sentencesRead = 6 // of a move, when looking for its intent

// steer writes the steer of the next move.
func (o *outline) steer(m move) string {
	sentences := o.tokens[o.next]
	o.next++
	if s, ok := o.eastern(m); ok {
		return o.remember(s)
	}
	if foreign(sentences) {
		return o.remember(o.foreignSteer(sentences))
	}
	cs, turn, topic := o.candidates(sentences)
	best, score := o.best(cs)
	if score < fallbackScore {
		if s, scored := o.best(o.fallback(turn, topic)); scored > score {
			best = s
		}
	}
	if best == "" {
		best = "Go on"
	}
	return o.remember(best)
}

// best spells the best candidate. What was said before counts for less each time.
func (o *outline) best(cs []candidate) (string, float64) {
	best, bestScore := "", math.Inf(-1)
	for _, c := range cs {
		if c.score <= bestScore {
			continue
		}
		s := o.spell(c.words)
		if score := c.score - 4*float64(o.said[s]); score > bestScore {
			best, bestScore = s, score
		}
	}
	return best, bestScore
}

func (o *outline) remember(s string) string {
	o.said[s]++
	return s
}

// candidates lists what the sentences offer, and tells the purpose and the topic of the move.
func (o *outline) candidates(sentences [][]token) (out []candidate, turn purpose, topic []token) {
	topic = o.topic(sentences)
	for i, ts := range sentences[:min(len(sentences), sentencesRead)] {
		rest, p := afterMarkers(withoutLabel(ts))
		if turn == plain && i < 2 {
			turn = p
		}
		if len(rest) > 0 {
			rest[0].first = true
		}
		r := reading{ts: rest, whole: ts, purpose: p, topic: topic}
		for _, read := range readers {
			if c := read(r); len(c.words) > 0 && len(c.words) <= longestSteer {
				c.score -= 0.7 * float64(i)
				out = append(out, c)
			}
		}
	}
	return out, turn, topic
}

// fallbackScore is the score of the fallback; candidates below it are no better than naming the topic.
const fallbackScore = 3.0

// fallback names the topic of the move with verbs for its purpose.
func (o *outline) fallback(p purpose, topic []token) []candidate {
	if len(topic) == 0 {
		topic = []token{{text: "point", lower: "point"}}
	}
	o.topics[key(topic)]++
	verbs := openings[p]
	turn := o.turns[p]
	o.turns[p]++
	var out []candidate
	for i := range verbs {
		verb := verbs[(turn+i)%len(verbs)]
		before, after, _ := strings.Cut(verb, "…")
		words := append(append(say(before), topic...), say(after)...)
		if len(words) <= longestSteer {
			out = append(out, candidate{words, fallbackScore - 0.1*float64(i)})
		}
	}
	return out
}

// openings are the ways to name a topic, by purpose.
var openings = [purposes][]string{
	plain:      {"Examine …", "Work through …", "Look at …", "Consider …", "Describe …", "Go over …"},
	doubt:      {"Reconsider …", "Double-check …", "Question …", "Re-examine …", "Rethink …", "Recheck …"},
	otherWay:   {"Try … instead", "Consider … instead", "Explore …", "Weigh …", "Turn to …", "Test …"},
	object:     {"Weigh …", "Challenge …", "Address …", "Question …", "Scrutinize …", "Probe …"},
	infer:      {"Work out …", "Deduce …", "Infer …", "Derive …", "Settle …", "Pin down …"},
	begin:      {"Start with …", "Set out …", "Lay out …", "Take stock of …"},
	goOn:       {"Turn to …", "Move on to …", "Take up …", "Continue with …"},
	supposeSo:  {"Suppose …", "Imagine …", "Assume …"},
	illustrate: {"Illustrate with …", "Take … as example", "Try out …"},
	wonder:     {"Puzzle over …", "Ponder …", "Explore …", "Wonder about …", "Mull over …"},
	conclude:   {"Sum up …", "Conclude on …", "Wrap up …", "Summarize …"},
}

// say makes tokens of words of our own.
func say(words string) []token {
	var out []token
	for w := range strings.FieldsSeq(words) {
		out = append(out, token{text: w, lower: strings.ToLower(w)})
	}
	return out
}

func capital(s string) string {
	r, n := utf8.DecodeRuneInString(s)
	if r == utf8.RuneError {
		return s
	}
	return string(unicode.ToUpper(r)) + s[n:]
}
