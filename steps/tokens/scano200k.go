package tokens

// scanO200K matches, branch by branch in this order,
//
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]*[\p{Ll}\p{Lm}\p{Lo}\p{M}]+(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	[^\r\n\p{L}\p{N}]?[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]+[\p{Ll}\p{Lm}\p{Lo}\p{M}]*(?i:'s|'t|'re|'ve|'m|'ll|'d)?
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n/]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
func scanO200K(s string, i int) int {
	c, n := classAt(s, i)
	switch {
	case c&letter != 0:
		return contraction(s, word(s, i), anyCase)
	case c == number:
		return digits(s, i)
	case c == lineBreak:
		return spacesToBreak(s, i)
	case c == mark:
		return contraction(s, markedWord(s, i, n), anyCase)
	}
	return prefixedO200K(s, i, c, n)
}

// prefixedO200K goes on where s[i] is a space or a symbol, of class c and n bytes, which a word may follow.
func prefixedO200K(s string, i int, c class, n int) int {
	if end := word(s, i+n); end > i+n {
		return contraction(s, end, anyCase)
	}
	if c == other {
		return breaksAndSlashes(s, run(s, i, symbol))
	}
	if s[i] == ' ' {
		if end := run(s, i+1, symbol); end > i+1 {
			return breaksAndSlashes(s, end)
		}
	}
	return spacesToBreak(s, i)
}

// markedWord matches the first two branches up to the contraction where s[i] is a mark of n bytes. The mark is either
// the word's prefix or its beginning, and the pattern tries the prefix first; but both only for the first branch,
// because that one matches the mark alone.
func markedWord(s string, i, n int) int {
	if end := tailedWord(s, i+n); end > i+n {
		return end
	}
	return tailedWord(s, i)
}

// word matches (heads*tails+|heads+tails*)?, where heads and tails are the two classes head and tail.
func word(s string, i int) int {
	if end := tailedWord(s, i); end > i {
		return end
	}
	return run(s, i, head)
}

// tailedWord matches (heads*tails+)?. Letters without case and marks are both heads and tails: when a run of heads
// ends without a small letter behind it, the match has to give back the capitals at the end of the run.
func tailedWord(s string, i int) int {
	end := i
	for j := i; j < len(s); {
		c, n := classAt(s, j)
		if c == lower {
			return run(s, j+n, tail)
		}
		if c&head == 0 {
			break
		}
		j += n
		if c != upper {
			end = j
		}
	}
	return end
}

// breaksAndSlashes matches [\r\n/]*.
func breaksAndSlashes(s string, i int) int {
	for i < len(s) && (s[i] == '\r' || s[i] == '\n' || s[i] == '/') {
		i++
	}
	return i
}
