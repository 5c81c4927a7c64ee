package tokens

import "unicode/utf8"

// A scanner returns the end of the piece that begins at s[i], for i < len(s): where the first match of an encoding's
// pattern ends. All patterns match somewhere at every position, so a text is a sequence of pieces without gaps.
//
// The functions below, and run, each stand for a part that several patterns share: they match at s[i] and return the
// end of the match, which is i if what they match may be empty.
type scanner func(s string, i int) int

// digits matches \p{N}{0,3}.
func digits(s string, i int) int {
	for range 3 {
		if i == len(s) {
			break
		}
		c, n := classAt(s, i)
		if c != number {
			break
		}
		i += n
	}
	return i
}

// spacesToBreak matches \s*[\r\n]+|\s+(?!\S)|\s+ where s[i] is white space: up to the last line break of the run of
// white space, or else as spaces does.
func spacesToBreak(s string, i int) int {
	end := run(s, i, space)
	for j := end; j > i; j-- {
		if s[j-1] == '\n' || s[j-1] == '\r' {
			return j
		}
	}
	return leaveLast(s, i, end)
}

// spaces matches \s+(?!\S)|\s+ where s[i] is white space.
func spaces(s string, i int) int {
	return leaveLast(s, i, run(s, i, space))
}

// leaveLast ends the run of white space s[i:end]. In front of a word, the run leaves its last character to that word;
// a run of one character has nothing to leave.
func leaveLast(s string, i, end int) int {
	_, n := utf8.DecodeLastRuneInString(s[i:end])
	if end == len(s) || end-n == i {
		return end
	}
	return end - n
}

// What a letter's byte is combined with before it is compared with small letters.
const (
	anyCase   byte = 'a' - 'A'
	smallOnly byte = 0
)

// contraction matches ('s|'t|'re|'ve|'m|'ll|'d)?, of any case within ASCII if fold is anyCase.
func contraction(s string, i int, fold byte) int {
	if i == len(s) || s[i] != '\'' {
		return i
	}
	return i + contractionLength(s[i+1:], fold)
}

// contractionLength returns the length of the contraction whose letters begin s, with its apostrophe, or 0.
func contractionLength(s string, fold byte) int {
	if len(s) >= 1 {
		switch s[0] | fold {
		case 's', 't', 'm', 'd':
			return 2
		}
	}
	if len(s) >= 2 {
		switch [2]byte{s[0] | fold, s[1] | fold} {
		case [2]byte{'r', 'e'}, [2]byte{'v', 'e'}, [2]byte{'l', 'l'}:
			return 3
		}
	}
	return 0
}
