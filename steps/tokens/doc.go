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
//   - Three scanners written by hand find the pieces (scan_cl100k.go, scan_o200k.go, scan_r50k.go). Each looks at the
//     class of a character, of which there are eight (class.go), and never more than a fixed number of times at the
//     same character.
//   - Most pieces are tokens themselves. One search in a hash table tells so (table_short.go, table_long.go).
//   - The others are merged with a heap (merge.go), in O(n log n) for n bytes, so that a megabyte without a single
//     space is no trap. A small cache remembers the short ones (cache.go).
//
// Vocabularies are embedded in the binary. The first Load of an encoding builds its tables, which takes about 12 ms
// and 5 MB of memory for cl100k_base, 25 ms and 12 MB for o200k_base; importing the package or asking for [Encodings]
// builds nothing. Each goroutine that counts at the same time adds its own cache of 64 KiB, and the room to merge the
// longest piece, of which at most a few megabytes stay.
//
// # Sources
//
// Patterns and vocabularies: https://github.com/openai/tiktoken, tiktoken_ext/openai_public.py, with the files of
// github.com/pkoukk/tiktoken-go-loader. Byte pair encoding: Sennrich, Haddow, Birch, "Neural Machine Translation of
// Rare Words with Subword Units", ACL 2016, section 3.2, there with the pairs ordered by frequency.
//
// # Limits
//
//   - Special tokens are not recognised: <|endoftext|> counts as the plain text that it is. A chat template adds
//     tokens that no text shows.
//   - Each byte that is not part of valid UTF-8 counts as U+FFFD, as in every conversion of Go.
//   - Letters, marks and numbers are those of the Unicode version of Go's package unicode. tiktoken itself, written in
//     Rust, may know newer characters, and takes ſ (U+017F) for an s after an apostrophe, which tiktoken-go does not.
//   - A piece, such as a word, must be shorter than 2 GiB.
package tokens
