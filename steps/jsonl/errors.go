package jsonl

import (
	"bytes"
	"fmt"
	"unicode"
	"unicode/utf8"
)

// A SyntaxError says that a text is not rows, where, and what may help.
type SyntaxError struct {
	Name    string // of the text
	Line    int    // from 1
	Offset  int64  // bytes from the start of the text, unpacked, from 0
	Problem string // what was found
	Hint    string // what may be the cause or the remedy, or ""
}

func (e *SyntaxError) Error() string {
	text := fmt.Sprintf("%s:%d: byte %d of the file: %s", e.Name, e.Line, e.Offset, e.Problem)
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// problem makes the error for a place that lies at bytes behind pos.
func (r *Reader) problem(at int, problem, hint string) error {
	return &SyntaxError{
		Name:    r.name,
		Line:    r.line + bytes.Count(r.buf[r.pos:r.pos+at], []byte{'\n'}),
		Offset:  r.base + int64(r.pos+at),
		Problem: problem,
		Hint:    hint,
	}
}

// broken makes the error for a scanner that stopped.
func (r *Reader) broken(s *scanner) error {
	if s.problem != "" {
		return r.problem(s.pos, s.problem, s.hint)
	}
	found := s.data[s.pos:]
	hint := ""
	switch {
	case s.pos == 0 && found[0] == '[':
		hint = "a list is not rows: write its objects one a line"
	case bytes.HasPrefix(found, []byte("\ufeff")):
		hint = "that is a byte-order mark: files were joined, each with its own; remove it: sed 's/\\xEF\\xBB\\xBF//g'"
	case found[0] == 0:
		hint = "the file may be damaged there; fetch or write it again"
	}
	return r.problem(s.pos, fmt.Sprintf("found %s, want %s", describe(found), s.want), hint)
}

// badText makes the error for a row that is not UTF-8.
func (r *Reader) badText(row []byte) error {
	at := 0
	for {
		c, size := utf8.DecodeRune(row[at:])
		if c == utf8.RuneError && size == 1 {
			return r.problem(at, fmt.Sprintf("byte 0x%02x is not UTF-8", row[at]),
				"convert the text first, for example: iconv -f LATIN1 -t UTF-8 FILE > NEW")
		}
		at += size
	}
}

// describe names the first character of a text.
func describe(text []byte) string {
	c, size := utf8.DecodeRune(text)
	switch {
	case c == utf8.RuneError && size == 1:
		return fmt.Sprintf("byte 0x%02x", text[0])
	case c == 0:
		return "a NUL byte"
	case c == '\n':
		return "the end of the line"
	case unicode.IsPrint(c):
		return fmt.Sprintf("%q", c)
	}
	return fmt.Sprintf("%U", c)
}

const (
	utf16Hint = "it looks like UTF-16; convert it first: iconv -f UTF-16 -t UTF-8 FILE > NEW"
	utf32Hint = "it looks like UTF-32; convert it first: iconv -f UTF-32 -t UTF-8 FILE > NEW"
)

// foreign recognises by their first bytes the kinds of files that are often taken for JSON lines, and says what to do
// with them.
func foreign(text []byte) (hint string) {
	for _, kind := range []struct{ start, hint string }{
		{"\xff\xfe\x00\x00", utf32Hint},
		{"\x00\x00\xfe\xff", utf32Hint},
		{"\xff\xfe", utf16Hint},
		{"\xfe\xff", utf16Hint},
		{"\x1f\x8b", "it is compressed with gzip; unpack it first: gunzip"},
		{"\x28\xb5\x2f\xfd", "it is compressed with zstd; unpack it first: unzstd"},
		{"PAR1", "it is a Parquet file, not JSON lines"},
	} {
		if bytes.HasPrefix(text, []byte(kind.start)) {
			return kind.hint
		}
	}
	start := text[:min(len(text), 16)]
	switch {
	case len(start) >= 4 && len(start)%2 == 0 && onlyNULs(start, 2):
		return utf16Hint
	case len(start) >= 8 && len(start)%4 == 0 && onlyNULs(start, 4):
		return utf32Hint
	}
	return ""
}

// onlyNULs reports whether a text is written in some bytes for each character of ASCII, of which all but the first or
// all but the last are NUL: the pattern by which RFC 4627, section 3, tells UTF-16 and UTF-32 without a mark. Single
// NULs in UTF-8 are damage, and converting them would ruin the rest.
func onlyNULs(text []byte, width int) bool {
	first, last := true, true
	for i, c := range text {
		first = first && (c != 0) == (i%width == 0)
		last = last && (c != 0) == (i%width == width-1)
	}
	return first || last
}
