// Package offline is a language model's stand-in that needs no network, no key and no weights: rules that rewrite a
// reasoning trace into an outline. It is the baseline that a paid model has to beat, and what examples run on.
//
// A trace is cut into its natural moves (a paragraph, a turn such as "Wait" or "Alternatively", a case, a list kept
// together), and each move gets a steer: what a person would write beside it in an outline, under seven words.
//
// The files in the order of the work: tags.go makes the text safe; blocks.go, sentences.go and moves.go cut it;
// fields.go, tokens.go, join.go and formula.go read its words; steer.go writes the steers, from what readers.go and
// the files beside it find and from the noun phrases of topics.go, shortened by fit.go. markers.go, verbs.go,
// words.go, leads.go and tongues.go are tables. Chinese, Japanese and Korean take eastern.go, languages without a
// table foreign.go.
//
// The package never changes, drops or reorders a word of the trace, never looks at the prompt, never guesses at what
// the trace does not say, and gives the same answer for the same text on every machine. Its one change to the text
// is described at [Rewrite].
package offline
