package offline

import "strings"

// leads are the words with which a thinker announces what to do. A verb follows.
var leads = lines(`
	let me|let's|let us|i need to|we need to|i have to|we have to|i must|we must|i should|we should|i can|we can
	i could|we could|i'll|i will|we'll|we will|i want to|we want to|i'm going to|i am going to|we are going to
	i'm trying to|i am trying to|i'm supposed to|you need to|you have to|you should|you can|one can|one needs to|i might
	the goal is to|the task is to|the next step is to|the first step is to|the idea is to|my goal is to|our goal is to
	the key is to|the only way is to|it's better to|it's best to|it might help to|it's important to|one way is to
	the user wants to|the user wants me to|the user is asking me to|we are asked to|i'm asked to|i am asked to
	the question asks us to|the problem asks us to|the question asks to|the problem asks to|the question wants us to
	to|in order to|by|time to|try to|let me try to|let's try to|i need to try to|let me try and|all i need to do is
	so to|let me start by|let's start by|let me begin by|i'll start by|we start by|start by|let me just|let's just
	i need to make sure that|what i need is to|let me go ahead and|i was thinking to|we are to|we're asked to
	i want to make sure|let me see if i can|let's see if we can|let me see if we can|maybe i can|maybe we can
`)

var leadStarts = firstWords(leads)

const longestLead = 7 // words

// leadLen returns how many words of a lead ts begins with.
func leadLen(ts []token) int {
	if len(ts) == 0 || !leadStarts[ts[0].lower] {
		return 0
	}
	best, phrase := 0, ""
	for i := 0; i < longestLead && i < len(ts) && ts[i].kind == word; i++ {
		if i > 0 {
			phrase += " "
		}
		phrase += strings.ReplaceAll(ts[i].lower, "’", "'")
		if leads[phrase] {
			best = i + 1
		}
		if ts[i].ends {
			break
		}
	}
	return best
}

// firstWords returns the words that phrases begin with.
func firstWords[V any](phrases map[string]V) map[string]bool {
	out := map[string]bool{}
	for phrase := range phrases {
		first, _, _ := strings.Cut(phrase, " ")
		out[first] = true
	}
	return out
}

// lines makes a table of phrases from lines of phrases between bars.
func lines(s string) map[string]bool {
	out := map[string]bool{}
	for line := range strings.SplitSeq(s, "\n") {
		for phrase := range strings.SplitSeq(line, "|") {
			out[strings.TrimSpace(phrase)] = true
		}
	}
	delete(out, "")
	return out
}
