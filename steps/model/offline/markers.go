package offline

import "strings"

// A purpose is what a move does in the course of the thought, as its first words tell.
type purpose uint8

const (
	plain purpose = iota
	doubt
	otherWay
	object
	infer
	begin
	goOn
	supposeSo
	illustrate
	wonder
	conclude
	purposes
)

// markers are the words with which sentences begin that say what is going on, not what it is about.
var markers = func() map[string]purpose {
	out := map[string]purpose{}
	for p, phrases := range markerPhrases {
		for phrase := range lines(phrases) {
			out[phrase] = purpose(p)
		}
	}
	return out
}()

var markerPhrases = [purposes]string{
	plain: `okay|ok|alright|right|well|yes|yeah|ah|oh|also|and|or|sure|indeed|so basically|of course|
		in fact|additionally|furthermore|moreover|besides|okay so|alright so|great|good|interesting|
		specifically|in this case|in that case|for that|then again|at first glance|in other words|
		that is|i mean|in general|let's see|let me see|let me think|let me think about this|
		let me think about it|let's think|i think|i guess|let's think about this|let me think again|
		let me think step by step|i believe|it seems|it seems that|it seems like|i think that|
		step by step|so i think|you know|to be precise|now|here`,
	doubt: `wait|wait a minute|wait a second|hold on|hold on a second|actually|no|nope|hmm wait|but wait|
		oh wait|wait no|no wait|not exactly|not quite|on second thought|but hold on|but actually|
		scratch that|oops`,
	otherWay: `alternatively|another way|another approach|another thought|another idea|another angle|
		on the other hand|or maybe|or perhaps|another possibility|another interpretation|alternative|
		wait another thought|wait another angle|alternative approach|conversely|as an alternative|
		another option|another point`,
	object: `but|however|although|though|still|yet|nevertheless|even so|that said|but then|but here|
		but again`,
	infer: `so|thus|therefore|hence|then|consequently|accordingly|as a result|this means|this means that|
		that means|so then|it follows that|because of this|for this reason|so that means|which means`,
	begin: `first|firstly|first off|first of all|to start|to begin with|to begin|let me start|let's start|
		starting with|at first|initially`,
	goOn: `next|second|secondly|third|thirdly|finally|lastly|after that|afterwards|subsequently|moving on|
		now then|similarly|likewise|let me continue|in the next step|continuing`,
	illustrate: `for example|for instance|as an example|e.g|say|like`,
	wonder: `hmm|hm|maybe|perhaps|possibly|i wonder|i'm not sure|i am not sure|not sure|i'm confused|
		this is confusing|probably|apparently`,
	conclude: `in summary|to summarize|in conclusion|to sum up|overall|all in all|in short|to conclude|
		putting it all together|putting it together|in total|finally then|final answer|ultimately`,
}

// markerWords are the markers of one word.
var markerWords = func() map[string]bool {
	out := map[string]bool{}
	for phrase := range markers {
		if !strings.Contains(phrase, " ") {
			out[phrase] = true
		}
	}
	return out
}()

const longestMarker = 5 // words

var markerStarts = firstWords(markers)

// afterMarkers returns what of a sentence follows its markers, and the most telling purpose among them.
func afterMarkers(ts []token) ([]token, purpose) {
	found := plain
	for len(ts) > 0 {
		n, p := markerAt(ts)
		if n == 0 {
			break
		}
		if found == plain || found == infer && p != plain || found == wonder && p != plain {
			found = p
		}
		ts = ts[n:]
	}
	return ts, found
}

// markerAt returns how many words of a marker ts begins with.
func markerAt(ts []token) (int, purpose) {
	if !markerStarts[ts[0].lower] {
		return 0, plain
	}
	var phrase [longestMarker]string
	best, bestPurpose := 0, plain
	for i := 0; i < longestMarker && i < len(ts) && ts[i].kind == word; i++ {
		phrase[i] = ts[i].lower
		key := phrase[0]
		if i > 0 {
			key = strings.Join(phrase[:i+1], " ")
		}
		if p, ok := markers[key]; ok {
			best, bestPurpose = i+1, p
		}
		if ts[i].ends {
			break
		}
	}
	return best, bestPurpose
}

// openingPull judges how strongly a sentence announces a new move. It looks at the first words only.
func openingPull(s string) float64 {
	first, rest, _ := strings.Cut(s[:min(len(s), 40)], " ")
	first = strings.ToLower(strings.Trim(first, ",.:*—…"))
	if p, ok := turnWords[first]; ok {
		return p
	}
	if first == "let" || first == "let's" {
		return 0.4
	}
	if p, ok := easternTurn(s); ok {
		return p
	}
	if numbered(first) && rest != "" {
		return 0.1
	}
	return 0
}

// turnWords are the first words at which a new move is likely to begin.
var turnWords = map[string]float64{
	"wait": 0.7, "alternatively": 0.8, "hmm": 0.6, "hold": 0.5, "however": 0.5, "but": 0.25, "actually": 0.4,
	"first": 0.6, "firstly": 0.6, "second": 0.4, "secondly": 0.6, "third": 0.3, "next": 0.6, "now": 0.5, "finally": 0.5,
	"case": 1.0, "step": 0.9, "option": 0.5, "method": 0.9, "approach": 0.8, "scenario": 0.8, "part": 0.5,
	"suppose": 0.5, "another": 0.5, "okay": 0.4, "perhaps": 0.2, "maybe": 0.2, "therefore": 0.2, "thus": 0.15,
	"so": 0.1, "in": 0.05, "similarly": 0.3, "to": 0.1, "similar": 0.2, "given": 0.1,
	"then": -0.1, "because": -0.4, "which": -0.5, "and": -0.3, "or": -0.2, "this": -0.2, "it": -0.1, "that": -0.2,
}

// numbered reports whether a word is the label of a list item: "1." with its stop trimmed.
func numbered(first string) bool { return allDigits(strings.Trim(first, "()")) }
