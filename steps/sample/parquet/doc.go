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
// Pages are decoded by parquet-go; values with their levels are all that is taken from it, as its Go types lose nulls
// and annotations. The schema comes from the footer as it is stored. Pages are read and unpacked here.
//
// Files are taken as possibly damaged, or made to harm. parquet-go believes what a page claims, so it sees a page only
// after the sizes in the footer, the page index and the page's header, the packed data, and the lengths of runs and
// values within the unpacked page have been checked, and a panic of it becomes an error. What is left is what a page
// may have by these checks: it unpacks to as many bytes as its header claims, at most 64 MB or as many as its column
// claims to have in all, never more than 1 GB; it has at most as many values as its column claims, never more than 64
// million, which take some ten bytes each; and values put together from prefixes have at most 1 GB in all.
//
// One page of each column is in memory at a time. Columns of row groups without a chosen row are not read. Within a row
// group, a page that holds a chosen row is read in one go and all others are jumped over if the file has a page index; if
// not, the pages before the last chosen row are read and decoded, as a page does not tell how many rows it has before it
// is unpacked. A dictionary is read when the first page needs it.
//
// Encrypted files, the codecs LZO and LZ4 with Hadoop framing, and annotations that do not fit the type of a column are
// refused.
//
// The package never writes Parquet, keeps no state between files and opens none itself.
package parquet
