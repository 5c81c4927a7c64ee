package tokens

import "math"

const (
	rankBits = 24            // of every rank, which leaves a window room for an index in a word
	noRank   = math.MaxInt32 // the rank of what is not a token, after every other rank
)

// A vocabulary knows the rank of each token of an encoding: the lower the rank, the earlier two neighbours are merged
// into that token. It does not change once it is built.
type vocabulary struct {
	short   shortTable
	long    longTable
	bridges bridges
	singles singles

	// pairs repeats the tokens of two bytes, which begin every merge, by their bytes as a number.
	pairs [1 << 16]int32
}

// has reports whether s[i:j], which is not empty, is a token.
func (v *vocabulary) has(s string, i, j int) bool {
	if j-i <= maxShort {
		_, found := v.short.find(packAt(s, i, j))
		return found
	}
	return v.long.rank(s[i:j]) != noRank
}

// rank returns the rank of the token that s[i:j], which is not empty, spells, or noRank.
func (v *vocabulary) rank(s string, i, j int) int32 {
	if j-i > maxShort {
		return v.long.rank(s[i:j])
	}
	if slot, found := v.short.find(packAt(s, i, j)); found {
		return v.short.ranks[slot]
	}
	return noRank
}

// pairRank is rank(s, i, i+2).
func (v *vocabulary) pairRank(s string, i int) int32 {
	return v.pairs[uint16(s[i])<<8|uint16(s[i+1])]
}

// newVocabulary builds the tables of the tokens, which are ranges of text.
func newVocabulary(text string, tokens []listedToken) *vocabulary {
	short := 0
	for _, t := range tokens {
		if t.end-t.start <= maxShort {
			short++
		}
	}
	v := &vocabulary{short: newShortTable(short), long: newLongTable(len(tokens)-short, text)}
	for i := range v.pairs {
		v.pairs[i] = noRank
	}
	for _, t := range tokens {
		v.add(t)
	}
	v.singles.fill(v)
	return v
}

func (v *vocabulary) add(t listedToken) {
	token := v.long.text[t.start:t.end]
	v.bridges.add(token)
	if len(token) > maxShort {
		v.long.put(t.start, t.end, t.rank)
		return
	}
	v.short.put(token, t.rank)
	if len(token) == 2 {
		v.pairs[uint16(token[0])<<8|uint16(token[1])] = t.rank
	}
}
