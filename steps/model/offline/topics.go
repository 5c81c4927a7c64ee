package offline

import "math"

// A topic is a noun phrase of a move: a run of words with content.
type topic struct {
	words []token
	score float64
}

const longestTopic = 3 // words

// topic returns the phrase that tells most about the sentences, and was least used so far; no words if there is none.
func (o *outline) topic(sentences [][]token) []token {
	var best topic
	for i, ts := range sentences {
		near := 1 / (1 + 0.15*float64(i))
		o.eachTopic(ts, func(t topic) {
			if t.score *= near; t.score <= best.score {
				return
			}
			t.score /= float64(1 + 2*o.topics[key(t.words)])
			if t.score > best.score {
				best = t
			}
		})
	}
	return best.words
}

// eachTopic finds the noun phrases of a sentence.
func (o *outline) eachTopic(ts []token, found func(topic)) {
	start := 0
	for i := 0; i <= len(ts); i++ {
		if i < len(ts) && inTopic(ts, i, start) {
			continue
		}
		if i > start {
			o.offer(ts, start, i, found)
		}
		start = i
		if i < len(ts) && !inTopic(ts, i, i) {
			start = i + 1
		}
	}
}

// inTopic reports whether ts[i] goes on with, or begins, the phrase that starts at start.
func inTopic(ts []token, i, start int) bool {
	t := ts[i]
	switch {
	case t.kind == strange || i > start && ts[i-1].ends || isFunction(t.lower):
		return false
	case t.kind != word:
		return true
	}
	return !onlyVerb(t.lower) && !(i > 0 && actors[ts[i-1].lower] && t.text == t.lower)
}

var (
	// degrees are words behind which an adjective stands.
	degrees = set(`more most less very too so as be being been not isn't it's that's quite seems bit`)

	// actors are words behind which a verb stands.
	actors = set(`
		i we you they he she who can could will would should may might must cannot can't don't doesn't didn't won't
		wouldn't shouldn't couldn't let's i'll we'll i'd to
	`)
)

// offer scores the phrase ts[from:to], or its last words if it is long. An article before it shows that it is one.
func (o *outline) offer(ts []token, from, to int, found func(topic)) {
	from = max(from, to-longestTopic)
	words := ts[from:to]
	score := o.weigh(words)
	if score == 0 || len(words) == 1 && words[0].kind != word && !containsEquation(words[0].text) {
		return
	}
	before := ""
	if from > 0 && !ts[from-1].ends {
		before = ts[from-1].lower
	}
	switch {
	case before == "the" || before == "a" || before == "an":
		found(topic{ts[from-1 : to], 1.5 * score})
	case articles[before] || before == "of" || before == "each":
		found(topic{words, 1.5 * score})
	case len(words) > 1 || words[0].text != words[0].lower:
		found(topic{words, score})
	case !auxiliaries[before] && !degrees[before]:
		found(topic{words, 0.4 * score})
	}
}

// weigh returns how much the content of a phrase tells; long phrases gain less than they are longer.
func (o *outline) weigh(words []token) float64 {
	sum := 0.0
	for _, t := range words {
		if isContent(t) {
			sum += o.weight(t)
		}
	}
	return sum / math.Sqrt(float64(len(words)))
}

// weight is how much a word tells a move from the others: rare words more than common ones (Spärck Jones, 1972),
// but words that occur once in the whole trace less, being passed over by the thinker too.
func (o *outline) weight(t token) float64 {
	n := o.met[t.lower].moves
	w := math.Log(1 + float64(o.moves)/float64(max(n, 1)))
	if n <= 1 && o.moves > 3 {
		w *= 0.6
	}
	switch {
	case t.kind != word:
		w *= 0.5
	case !t.first && t.text != t.lower:
		w *= 1.2
	case verbForms[t.lower] != "" && !nounVerbs[t.lower]:
		w *= 0.5
	}
	return w
}

// key joins the words of a phrase.
func key(ts []token) string {
	s := ""
	for _, t := range ts {
		s += t.lower + " "
	}
	return s
}
