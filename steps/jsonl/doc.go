// Package jsonl handles rows as bytes: it reads them from text of any origin, looks into them, and changes single
// fields while every other byte stays as it was.
//
// A row is one JSON object. It is never decoded as a whole, so key order, big numbers, spacing and repeated fields
// travel through untouched. Where a field is repeated, the last one counts, as in encoding/json and in Python.
//
// [Reader] is the only door for foreign text and checks all of it: the grammar, the encoding and the nesting. The
// other functions take rows that have passed it, and do not look into strings again that they step over. Given anything
// else they find nothing or what looks like a field, and never panic.
//
// The package never opens files and knows nothing of steps, stores or models.
package jsonl
