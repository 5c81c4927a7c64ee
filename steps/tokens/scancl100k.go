package tokens

// scanCL100K matches, branch by branch in this order,
//
//	(?i:'s|'t|'re|'ve|'m|'ll|'d)
//	[^\r\n\p{L}\p{N}]?\p{L}+
//	\p{N}{1,3}
//	 ?[^\s\p{L}\p{N}]+[\r\n]*
//	\s*[\r\n]+
//	\s+(?!\S)
//	\s+
func scanCL100K(s string, i int) int {
	if end := contraction(s, i, anyCase); end > i {
		return end
	}
	c, n := classAt(s, i)
	switch {
	case c&letter != 0:
		return run(s, i+n, letter)
	case c == number:
		return digits(s, i)
	case c == lineBreak:
		return spacesToBreak(s, i)
	}
	return prefixedCL100K(s, i, c, n)
}

// prefixedCL100K goes on where s[i] is a space or a symbol, of class c and n bytes, which letters may follow.
func prefixedCL100K(s string, i int, c class, n int) int {
	if end := run(s, i+n, letter); end > i+n {
		return end
	}
	if c&symbol != 0 {
		return run(s, run(s, i, symbol), lineBreak)
	}
	if s[i] == ' ' {
		if end := run(s, i+1, symbol); end > i+1 {
			return run(s, end, lineBreak)
		}
	}
	return spacesToBreak(s, i)
}
