package offline

import "strings"

// A reading is a sentence with what is known of it: ts without the markers and labels before it.
type reading struct {
	ts, whole []token
	purpose   purpose
	topic     []token // of the move
}

// readers find a candidate in a sentence, each by one turn of phrase. None gives no words.
var readers = []func(reading) candidate{
	readCase, readOption, readIntent, readCommand, readSubject, readDefinition, readSupposition, readQuestion, readReport,
	readResult, readEquation, readClaim,
}

var none candidate

// readIntent reads "Let me check …", "we need to find …", "To determine …".
func readIntent(r reading) candidate {
	n := leadLen(r.ts)
	if n == 0 || n >= len(r.ts) {
		return none
	}
	ts := skipFillers(r.ts[n:])
	score := 8.0
	if n == 1 {
		score = 6
	}
	return r.command(ts, score)
}

// skipFillers drops the fillers at the beginning.
func skipFillers(ts []token) []token {
	for len(ts) > 1 && isFiller(ts[0].lower) {
		ts = ts[1:]
	}
	return ts
}

// command makes a command of a verb and what follows.
func (r reading) command(ts []token, score float64) candidate {
	verb, ok := baseVerb(ts[0])
	if !ok {
		return none
	}
	if to, ok := rewordings[verbPair(verb, ts)]; ok {
		ts = append(say(to), ts[2:]...)
		verb = ts[0].lower
	} else {
		ts = append([]token{{text: verb, lower: verb, ends: ts[0].ends}}, ts[1:]...)
	}
	words, content := fit(ts, longestSteer)
	said := contents(words[:min(1, len(words))])
	switch {
	case content > said && len(words) > 1:
		if emptyVerbs[verb] || content-said < 2 {
			score -= 2
		}
		return candidate{words, score + min(1.5, 0.25*float64(content-said))}
	case emptyVerbs[verb] || len(r.topic) == 0:
		return none
	case verb == "ensure":
		verb = "double-check"
	}
	return candidate{append(say(verb), r.topic...), score - 2.5}
}

// baseVerb returns the commanding form of a verb; an unknown word stands for itself.
func baseVerb(t token) (string, bool) {
	if t.kind != word || functionWords[t.lower] && !commands(t.lower) {
		return "", false
	}
	if v := verbForms[t.lower]; v != "" {
		return v, true
	}
	return t.lower, t.text == t.lower && !strings.HasSuffix(t.lower, "ing")
}

func verbPair(verb string, ts []token) string {
	if len(ts) < 2 {
		return verb
	}
	return verb + " " + ts[1].lower
}

// rewordings put in other words what no outline would say.
var rewordings = map[string]string{
	"think about": "Consider", "think of": "Consider", "see if": "Check if", "see whether": "Check whether",
	"make sure": "Ensure", "figure out": "Work out", "find out": "Find out", "see what": "Find what", "see how": "See how",
	"look at": "Look at", "look for": "Look for", "go through": "Go through", "break down": "Break down",
	"go back": "Go back", "start with": "Start with", "begin with": "Begin with", "focus on": "Focus on",
	"write out": "Write out", "write down": "Write down", "list out": "List", "list down": "List",
	"know the": "Find the", "know how": "Find how", "know if": "Check if",
}

// readCommand reads sentences that give a command themselves: "Compute 9!", "Substituting x=2".
func readCommand(r reading) candidate {
	if len(r.ts) < 2 || r.ts[0].ends || auxiliaries[r.ts[1].lower] {
		return none
	}
	first := r.ts[0].lower
	if strings.HasSuffix(first, "ing") && verbForms[first] != "" {
		return r.command(r.ts, 5.5)
	}
	if !commands(first) || !plainVerbs[first] && !commandFollows(r.ts[1]) {
		return none
	}
	return r.command(r.ts, 6)
}

// commandFollows tells "Check the sum" from "Check digits are".
func commandFollows(t token) bool {
	return articles[t.lower] || t.kind != word || t.lower == "if" || t.lower == "whether" || t.lower == "that"
}

var auxiliaries = set(`is are was were has have had can could will would should must may might does do did isn't aren't`)

// readSubject reads what the thinker does: "we subtract …", "I recall …".
func readSubject(r reading) candidate {
	if len(r.ts) < 3 || r.ts[0].ends || !selves[r.ts[0].lower] {
		return none
	}
	ts := skipFillers(r.ts[1:])
	if v := verbForms[ts[0].lower]; v == "" || emptyVerbs[v] || ts[0].ends {
		return none
	}
	return r.command(ts, 5)
}

var selves = set(`i we you`)

// readDefinition reads "Let x be …", "Let x=3".
func readDefinition(r reading) candidate {
	if len(r.ts) < 2 || r.ts[0].lower != "let" || r.ts[1].lower == "me" || r.ts[1].lower == "us" {
		return none
	}
	if r.ts[1].equals && len(r.ts) > 2 {
		return about("Define "+r.ts[1].text+" as", r.ts[2:], 7)
	}
	words, content := fit(r.ts, longestSteer)
	if content < 2 || len(words) < 3 && words[len(words)-1].kind != formula {
		return none
	}
	return candidate{words, 7}
}

// readSupposition reads "Suppose …", "If …", "What if …", "Assuming …".
func readSupposition(r reading) candidate {
	ts := r.ts
	if len(ts) > 1 && ts[0].lower == "what" {
		ts = ts[1:]
	}
	if len(ts) < 3 || !supposing[ts[0].lower] || ts[0].ends {
		return none
	}
	ts = ts[1:]
	if ts[0].lower == "that" && len(ts) > 1 && !auxiliaries[ts[1].lower] {
		ts = ts[1:]
	}
	words := statement(ts, longestSteer-1)
	if len(words) == 0 {
		return none
	}
	return candidate{append(say("Suppose"), words...), 5}
}

var (
	supposing = set(`suppose if assume assuming supposing imagine`)
	pronouns  = set(`
		it that this he she they which these those its there here it's that's there's he's she's they're who what
		this's i'm i've i'd i'll we're you're one
	`)
)
