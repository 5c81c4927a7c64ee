// Package offline is a language model's stand-in that needs no network, no key and no weights: rules that rewrite a
// reasoning trace into an outline. It is the baseline that a paid model has to beat, and what examples run on.
//
// A trace is cut into its natural moves (a paragraph, a turn such as "Wait" or "Alternatively", a case, a list kept
// together), and each move gets a steer: what a person would write beside it in an outline, under seven words. The
// way from text to answer is that of the files: tags.go, blocks.go, sentences.go, moves.go, then tokens.go and
// steer.go with the tables beside them.
//
// The package never changes, drops or reorders a word of the trace, never looks at the prompt, never guesses at what
// the trace does not say, and gives the same answer for the same text on every machine. Its one change to the text
// is described at [Rewrite].
package offline
