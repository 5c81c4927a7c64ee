// Generate multiplies rows to shards of any size, to measure with: copies of the rows that it finds in a folder, each
// with an id of its own, shuffled by a seed. Equal flags and rows give equal files.
//
//	go run ./steps/sample/parquet/generate -from DIR -out DIR -bytes 1e9 -shards 8
//
// Parquet files look like those that the Hub's own libraries write today: row groups of 100 MB of text, pages of half a
// megabyte, a page index, snappy. Their columns are id, messages and dataset_source; other fields of the rows are left
// out. JSON lines keep all fields.
//
// What repeats is further apart than any codec looks back, as long as the rows that are multiplied have some 10 MB.
package main
