package tokens

// scanR50K matches the pattern of r50k_base, p50k_base and p50k_edit, branch by branch in this order,
//
//	's|'t|'re|'ve|'m|'ll|'d
//	 ?\p{L}+
//	 ?\p{N}+
//	 ?[^\s\p{L}\p{N}]+
//	\s+(?!\S)
//	\s+
func scanR50K(s string, i int) int {
	if end := contraction(s, i, smallOnly); end > i {
		return end
	}
	word := i
	if s[i] == ' ' {
		word++
	}
	if word < len(s) {
		c, n := classAt(s, word)
		switch {
		case c&letter != 0:
			return run(s, word+n, letter)
		case c == number:
			return run(s, word+n, number)
		case c&symbol != 0:
			return run(s, word+n, symbol)
		}
	}
	return spaces(s, i)
}
