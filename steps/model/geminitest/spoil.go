package geminitest

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// spoil lets the answer go wrong.
func (a *said) spoil(t throw) {
	switch t.fault {
	case Safety, Recitation, Prohibited, Language, Blocklist, SPII, Other:
		a.silence(string(t.fault), NoContent)
	case AllThought:
		a.think += a.out
		a.silence(string(MaxTokens), NoContent)
	case Empty, NoContent, NoCandidates:
		a.silence("STOP", t.fault)
	case Blocked:
		a.block, a.text, a.out, a.think = string(Prohibited), "", 0, 0
	case MaxTokens, NoFinish, Continuation:
		a.breakOff(t.fault)
	case NoUsage:
		a.usage = false
	default:
		before := a.text
		if a.garble(t.fault); a.text != before {
			a.out = tokensIn(a.text)
		}
	}
}

// silence leaves nothing of the text.
func (a *said) silence(finish string, how Fault) {
	a.text, a.out, a.finish, a.empty = "", 0, finish, how
}

// breakOff leaves the first half of the text.
func (a *said) breakOff(f Fault) {
	half := len(a.text) / 2
	for half > 0 && !utf8.RuneStart(a.text[half]) {
		half--
	}
	if f == Continuation && half == 0 {
		return // or the SDK, which goes on by itself, would never come to an end
	}
	a.text, a.finish = a.text[:half], string(f)
	a.out = tokensIn(a.text)
	switch f {
	case NoFinish:
		a.finish = ""
	case Continuation:
		a.next = continueAt(a.from + half)
	}
}

// garble leaves a text that is not what was asked for.
func (a *said) garble(f Fault) {
	switch f {
	case ThoughtParts:
		a.thought, a.show = "**Planning the answer**\n\nI will go through the text step by step.\n\n", true
	case Fenced:
		a.text = "Here is the rewritten trace:\n\n```xml\n" + a.text + "\n```\n"
	case Nested:
		a.text = strings.Replace(a.text, "</exec>", "<exec>again</exec></exec>", 1)
	case Unclosed:
		if at := strings.LastIndexByte(a.text, '<'); at > 0 {
			a.text = a.text[:at]
		}
	case WordsLost:
		n := 0
		words := slices.DeleteFunc(strings.Split(a.text, " "), func(w string) bool {
			n++
			return n%5 == 0 && !strings.ContainsAny(w, "<>")
		})
		a.text = strings.Join(words, " ")
	case OtherText:
		a.text = "<steer>Say something else</steer>\n<exec>This has nothing to do with what was asked.</exec>"
	}
}
