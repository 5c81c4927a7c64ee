// Package shards reads the files that rows come from: Parquet, and JSON lines as they are or packed with gzip or zstd.
//
// Whatever the format, a shard tells how many rows it has and then gives some of them, by number, as JSON objects. All
// reading goes through steps.Reader, so that a shard may lie anywhere. Memory is bounded by the largest row, and for
// Parquet by one page of each column. A file that is cut off, damaged or not what its name says is an error that names
// it.
//
// The package opens no files itself, chooses no rows and keeps none.
package shards
