// Package ledger is the durable book of answers that cost something: what was asked, what came back, what it cost.
//
// The book lies in a [Bucket], in packed, checksummed, immutable segments (segment.go says how they look). A SQLite
// file beside it is this machine's index: it tells where in which segment the answer to a key lies, so that nothing
// but that answer is read, and which calls are under way. The index holds nothing else that a segment does not hold,
// so it can be thrown away at any time; the next [Ledger] builds it again from the segments, on this machine or on
// another one that sees the same bucket.
//
// What must stay true, whenever the process is killed and in whatever order several machines work:
//
//   - An outcome is found only after the segment that holds it is durable in the bucket ([Ledger.Commit]). So what
//     was once found is found for ever, with the same bytes.
//   - A segment is deleted only when every one of its outcomes lies in a greater segment too, by size and then by
//     name (compact.go). As that order is total and all machines use it, the greatest copy of an outcome is deleted
//     by nobody.
//   - An outcome is the same outcome wherever it lies: key and time identify it, so it is counted once.
//   - Of several answers to one key, the one that this index met first stays the answer; an index built anew takes
//     the earliest.
//   - A damaged index costs time, a damaged segment costs at most the answers in its damaged bytes, and both are
//     said; neither ever gives a wrong answer, because every record carries its key and a checksum.
//
// The package knows nothing of models and prices, never asks anybody anything, starts no goroutines, and in its
// read-only mode changes no file and creates none.
package ledger
