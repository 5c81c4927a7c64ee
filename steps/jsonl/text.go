package jsonl

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
	"unsafe"
)

// AppendString appends s to dst as a JSON string. Only what JSON demands is escaped, so HTML, U+2028 and U+2029 stay
// as they are. Bytes that are not UTF-8 become U+FFFD.
func AppendString(dst []byte, s string) []byte {
	return append(appendText(append(dst, '"'), s), '"')
}

// appendText appends s as the inside of a JSON string.
func appendText(dst []byte, s string) []byte {
	if !utf8.ValidString(s) {
		s = string([]rune(s)) // each bad byte becomes U+FFFD
	}
	text := unsafe.Slice(unsafe.StringData(s), len(s)) // read only
	for {
		n := plainEnd(text, 0)
		dst = append(dst, text[:n]...)
		if n == len(text) {
			return dst
		}
		dst = appendEscape(dst, text[n])
		text = text[n+1:]
	}
}

func appendEscape(dst []byte, c byte) []byte {
	const hex = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\n':
		return append(dst, `\n`...)
	case '\t':
		return append(dst, `\t`...)
	case '\r':
		return append(dst, `\r`...)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	}
	return append(dst, '\\', 'u', '0', '0', hex[c>>4], hex[c&0xf])
}

// Text decodes a JSON value that is a string. Ok is false if it is empty or something else.
func Text(value []byte) (s string, ok bool) {
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	return decode(value[1 : len(value)-1]), true
}

// decode returns the text that the inside of a valid JSON string stands for. Half a surrogate pair becomes U+FFFD, as
// in encoding/json.
func decode(raw []byte) string {
	i := bytes.IndexByte(raw, '\\')
	if i < 0 {
		return string(raw)
	}
	var out strings.Builder
	out.Grow(len(raw))
	for i >= 0 {
		out.Write(raw[:i])
		raw = unescape(&out, raw[i+1:])
		i = bytes.IndexByte(raw, '\\')
	}
	out.Write(raw)
	return out.String()
}

// unescape writes what the escape at the start of raw (after its backslash) stands for, and returns what follows it. Of
// what is no escape, it writes what follows the backslash.
func unescape(out *strings.Builder, raw []byte) (rest []byte) {
	c := raw[0]
	switch c {
	case 'u':
		if len(raw) > 4 {
			return unescapeUnicode(out, raw)
		}
	case 'n':
		c = '\n'
	case 't':
		c = '\t'
	case 'r':
		c = '\r'
	case 'b':
		c = '\b'
	case 'f':
		c = '\f'
	} // a quote, a slash and a backslash stand for themselves
	out.WriteByte(c)
	return raw[1:]
}

// unescapeUnicode does the same for u and four digits, and the other half of a surrogate pair if it follows.
func unescapeUnicode(out *strings.Builder, raw []byte) (rest []byte) {
	r, rest := hex4(raw[1:]), raw[5:]
	if utf16.IsSurrogate(r) && len(rest) >= 6 && rest[0] == '\\' && rest[1] == 'u' {
		if pair := utf16.DecodeRune(r, hex4(rest[2:])); pair != unicode.ReplacementChar {
			r, rest = pair, rest[6:]
		}
	}
	out.WriteRune(r) // writes U+FFFD for half a pair
	return rest
}

// hex4 returns the number that the first four bytes spell in hexadecimal digits.
func hex4(b []byte) rune {
	var r rune
	for _, c := range b[:4] {
		if isDigit(c) {
			r = r<<4 | rune(c-'0')
		} else {
			r = r<<4 | rune(c|0x20-'a'+10)
		}
	}
	return r
}
