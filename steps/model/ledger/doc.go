// Package ledger is the durable book of answers that cost something: what was asked, what came back, what it cost.
//
// The book lies in a [Bucket], in packed, checksummed, immutable segments (segment.go says how they look). A SQLite
// file beside it is this machine's index: it tells where in which segment the answer to a key lies, so that nothing
// but that answer is read, and which calls are in doubt. The index holds nothing that a segment does not hold, so it
// can be thrown away at any time; the next [Ledger] builds it again from the segments, on this machine or on another
// one that sees the same bucket.
//
// What must stay true, whenever the process is killed and in whatever order several machines work:
//
//   - Everything that happens to a question is a record in a segment: that it is about to be asked, what came of it,
//     that what came of it is forgotten. It counts only after its segment is durable in the bucket ([Ledger.Commit]).
//   - A segment is deleted only when every one of its records lies in a greater segment too, by size and then by
//     name (compact.go). As that order is total and all machines use it, the greatest copy of a record is deleted
//     by nobody.
//   - A record is the same record wherever it lies: key, time and checksum identify it, so it is counted once.
//   - The answer to a key is the earliest one after the key was last forgotten, by time and then by checksum. So two
//     indexes that know the same segments give the same bytes, in whatever order they met them and whatever killed
//     them in between. What an index has found once it finds for ever, with the same bytes, until the key is
//     forgotten, or until the index learns ([Ledger.Refresh]) that another machine, asking at the same time, had an
//     earlier answer.
//   - An answer that arrives after a forgetting counts, even if the clocks of the machines differ, as long as the
//     machine that it arrives on knows of the forgetting.
//   - A damaged index costs time, a damaged segment costs at most the records in its damaged bytes, and both are
//     said; neither ever gives a wrong answer, because every record carries its key and a checksum.
//
// The package knows nothing of models and prices, never asks anybody anything, starts no goroutines, and in its
// read-only mode changes no file and creates none.
package ledger
