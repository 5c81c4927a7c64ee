// Package parquet reads rows of any Parquet file as JSON objects.
//
// Values are put together from repetition and definition levels (Melnik et al., "Dremel: Interactive Analysis of
// Web-Scale Datasets", VLDB 2010, section 4.3), straight into JSON bytes, with no Go type in between: a column that
// the program has never heard of travels through, and null, "" and [] stay three different things.
//
// How values are written:
//
//	string, enum, json       a string; bytes that are not UTF-8 become U+FFFD and the row is counted
//	integers, decimals       a number with all its digits: 9007199254740993, 12.30
//	float16, float, double   the shortest number that reads back the same; NaN and infinities become null and the row
//	                         is counted, as JSON cannot say them
//	boolean                  true, false
//	date, time, timestamp    ISO 8601 with as many digits as the unit has; Z where the file says that it is UTC
//	int96                    a timestamp in nanoseconds, without Z, as the file does not say
//	interval                 an ISO 8601 duration: P1M2DT3.004S
//	uuid                     8-4-4-4-12 hexadecimal digits
//	other bytes              base64
//	list, repeated field     a list; lists of two and of three levels
//	map                      an object; keys that are not strings are written as above, in quotes
//	group                    an object with the fields in the order of the schema
//
// Files are taken as possibly damaged: every size is checked against what the file can hold before memory is asked
// for, and a panic while decoding becomes an error. One page of each column is in memory at a time, and columns,
// row groups and pages without a chosen row are not decoded. Encrypted files and the codecs LZO and LZ4 with Hadoop
// framing are refused.
//
// The package uses parquet-go for the structures of the format, and nothing of its readers. It never writes Parquet,
// keeps no state between files and opens none itself.
package parquet
