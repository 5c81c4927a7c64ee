// Package store keeps what actions make: immutable objects by the digest of their bytes, and small sealed records by
// key. Everything lies in a [Bucket], of which [Dir] is the one on a local disk.
//
// The store has one way to commit: create if absent. A name is either not there or holds its final bytes; nothing is
// ever changed in place, so any number of processes may read while one writes. It knows nothing of steps, kinds and
// pipelines, keeps no state in memory, and starts no goroutines.
package store
