// Package tokens counts the tokens of a text, exactly and fast.
//
// [Load] gives the [Counter] of one of OpenAI's encodings, whose counts equal those of tiktoken's encode_ordinary as
// tiktoken-go implements it, for every string.
//
// # Algorithm
//
// An encoding works in two stages. A regular expression cuts the text into pieces: a word with the space before it, up
// to three digits, a run of punctuation, a run of white space. Then byte pair encoding cuts each piece into tokens: it
// begins with single bytes and, as long as two neighbours together are a token of the vocabulary, merges the two whose
// token has the lowest rank, the leftmost first.
//
// Counting needs neither the numbers of the tokens nor a regular expression engine:
//
//   - Three scanners written by hand find the pieces (scancl100k.go, scano200k.go, scanr50k.go). Each looks at the
//     class of a character, of which there are eight (class.go), and never more than a fixed number of times at the
//     same character.
//   - Most pieces are tokens themselves. One search in a hash table tells so (shorttable.go, longtable.go).
//   - The others are cut where no token of the vocabulary can lie across (seam.go). Most stretches of Chinese,
//     Japanese, Korean and emoji are tokens then, or single characters.
//   - What is left is merged in a window of 256 bytes (window.go). A small cache remembers the short ones (cache.go).
//   - A stretch that is longer goes through windows that overlap (slide.go), so that a megabyte without a single space
//     is no trap: time grows as its length, and memory stays. Should two windows disagree, the whole is merged with a
//     heap (heapmerger.go), in O(n log n).
//
// # Why seams are exact
//
// Merging makes nothing but tokens. A merge across a place makes a token that lies across it. If the vocabulary has
// none that fits the characters around the place, there is no such merge, and what happens on one side never depends
// on the other.
//
// # Why windows are exact
//
// Two windows overlap and both have the token t in the same place. Take the tokens of the first up to t, and those of
// the second from t on. Claim: these are what the whole is merged into.
//
// For suppose that merging the whole made a merge across the end of one of these tokens, and look at the first such
// merge, between two neighbours. One of the windows has both of them, since both windows have t. Up to then nothing has
// been merged across their ends, in the whole or in that window, so within the two the same merges were made in the
// same order. Then this one, which is the next by rank and place, would be made in the window as well, and the two
// would not be tokens there. So nothing is merged across, and within each token the whole merges what the window does.
//
// # Costs
//
// Vocabularies are embedded in the binary. The first Load of an encoding builds its tables, in about 15 ms and 5 MB of
// memory for cl100k_base, 40 ms and 12 MB for o200k_base, and half as much as the former for the others. Importing the
// package or asking for [Encodings] builds nothing. Each goroutine that counts at the same time adds 70 KB, most of it
// cache.
//
// # Sources
//
// Patterns and vocabularies: https://github.com/openai/tiktoken, tiktoken_ext/openai_public.py, with the files of
// github.com/pkoukk/tiktoken-go-loader. Byte pair encoding: Sennrich, Haddow, Birch, "Neural Machine Translation of
// Rare Words with Subword Units", ACL 2016, section 3.2, there with the pairs ordered by frequency. Windows that share a
// token: README.md of the crate bpe of https://github.com/github/rust-gems, corollary III, which builds tokens from left
// to right with it. Bridges: Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", CACM 13(7), 1970.
//
// # Limits
//
//   - Special tokens are not recognised: <|endoftext|> counts as the plain text that it is. A chat template adds
//     tokens that no text shows.
//   - Each byte that is not part of valid UTF-8 counts as U+FFFD, as in every conversion of Go.
//   - Letters, marks and numbers are those of the Unicode version of Go's package unicode. tiktoken itself, written in
//     Rust, may know newer characters, and takes ſ (U+017F) for an s after an apostrophe, which tiktoken-go does not.
//   - A piece on which windows disagree must be shorter than 2 GiB, and takes 20 bytes of memory for each of its own.
package tokens
